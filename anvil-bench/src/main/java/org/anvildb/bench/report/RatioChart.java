package org.anvildb.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A chart of our rates against the best peer's: one bar a workload on a log scale, growing to the
 * right where we are faster and to the left where we are slower. An SVG document that carries its
 * colours for light and dark backgrounds.
 */
public final class RatioChart {
  private static final int WIDTH = 900;
  private static final int LEFT = 190;
  private static final int RIGHT = 205;
  private static final int TOP = 84;
  private static final int ROW = 24;
  private static final int BAR = 15;
  private static final int BOTTOM = 52;
  private static final double[] TICKS = {
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000
  };

  /** Lines of the report that are a part of another one. */
  private static final Set<String> PARTS = Set.of("queue-early", "queue-late");

  private static final String STYLE =
      """
      <style>
        .ground { fill: #ffffff } .text { fill: #1f2430 } .quiet { fill: #667085 }
        .grid { stroke: #e4e7ec } .one { stroke: #98a2b3 }
        .faster { fill: #0e9384 } .slower { fill: #dc6803 }
        text { font-family: ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif }
        .value { font-weight: 600; font-variant-numeric: tabular-nums }
        @media (prefers-color-scheme: dark) {
          .ground { fill: #12151c } .text { fill: #e6e9ef } .quiet { fill: #98a2b3 }
          .grid { stroke: #272c38 } .one { stroke: #667085 }
          .faster { fill: #2ed3b7 } .slower { fill: #fd853a }
        }
      </style>
      """;

  private final List<Bar> bars;
  private final double low;
  private final double high;

  private RatioChart(List<Bar> bars) {
    this.bars = bars;
    double least = bars.stream().mapToDouble(Bar::ratio).min().orElse(1);
    double most = bars.stream().mapToDouble(Bar::ratio).max().orElse(1);
    low = tickBelow(Math.min(0.5, least));
    high = tickAbove(Math.max(2, most));
  }

  /** One workload: our ratio, and who is the best peer at what rate. */
  private record Bar(String workload, double ratio, String note) {}

  /**
   * Draws the chart.
   *
   * @param medians the figures
   * @param caption what was measured, on what machine
   * @return the SVG document
   */
  public static String draw(Medians medians, String caption) {
    List<Bar> bars = new ArrayList<>();
    for (String workload : medians.workloads()) {
      OptionalDouble ratio = medians.ratio(workload);
      if (!PARTS.contains(workload) && ratio.isPresent() && ratio.getAsDouble() > 0) {
        bars.add(new Bar(workload, ratio.getAsDouble(), note(medians, workload)));
      }
    }
    return new RatioChart(bars).svg(caption);
  }

  private static String note(Medians medians, String workload) {
    String best = "";
    double rate = -1;
    for (String engine : medians.engines()) {
      double its = medians.of(workload, engine).map(Result::opsPerSecond).orElse(-1.0);
      if (!engine.equals(Medians.OURS) && its > rate) {
        best = engine;
        rate = its;
      }
    }
    return best + " " + shortRate(rate);
  }

  private static String shortRate(double rate) {
    if (rate >= 1e6) {
      return String.format(Locale.ROOT, "%.1f M/s", rate / 1e6);
    }
    return rate >= 1e3
        ? String.format(Locale.ROOT, "%.0f k/s", rate / 1e3)
        : String.format(Locale.ROOT, "%.0f /s", rate);
  }

  private String svg(String caption) {
    int bottom = TOP + ROW * bars.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " role=\"img\" aria-label=\"AnvilDB's speed against the best peer\">%n",
            WIDTH,
            bottom + BOTTOM,
            WIDTH));
    svg.append(STYLE);
    svg.append("<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"10\"/>\n");
    text(svg, "text", 24, 34, 18, "start", "AnvilDB against the best peer, by workload");
    text(svg, "quiet", 24, 56, 12, "start", caption);
    for (double tick : TICKS) {
      if (tick >= low && tick <= high) {
        drawTick(svg, tick, bottom);
      }
    }
    for (int i = 0; i < bars.size(); i++) {
      drawBar(svg, bars.get(i), TOP + i * ROW);
    }
    text(
        svg,
        "quiet",
        WIDTH - 24,
        bottom + 40,
        11,
        "end",
        "median rates, log scale; right of 1x AnvilDB is faster; beside each bar the best peer");
    return svg.append("</svg>\n").toString();
  }

  private void drawTick(StringBuilder svg, double tick, int bottom) {
    double x = x(tick);
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
            tick == 1 ? "one" : "grid",
            x,
            x,
            TOP - 6,
            bottom + 2));
    String label = tick < 1 ? Double.toString(tick) : Integer.toString((int) tick);
    text(svg, "quiet", x, bottom + 18, 11, "middle", label + "x");
  }

  private void drawBar(StringBuilder svg, Bar bar, int top) {
    double one = x(1);
    double end = x(bar.ratio());
    double middle = top + ROW / 2.0;
    boolean isFaster = bar.ratio() >= 1;
    text(svg, "text", LEFT - 14, middle + 4, 13, "end", bar.workload());
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"3\"/>%n",
            isFaster ? "faster" : "slower",
            Math.min(one, end),
            middle - BAR / 2.0,
            Math.max(1.5, Math.abs(end - one)),
            BAR));
    double label = Math.max(one, end) + 7;
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\"><tspan class=\"text value\">%s</tspan>"
                + "<tspan class=\"quiet\" dx=\"7\" font-size=\"10.5\">%s</tspan></text>%n",
            label,
            middle + 4,
            TextTable.ratio(bar.ratio()),
            escape(bar.note())));
  }

  private static void text(
      StringBuilder svg, String style, double x, double y, int size, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" font-size=\"%d\""
                + " text-anchor=\"%s\">%s</text>%n",
            style,
            x,
            y,
            size,
            anchor,
            escape(text)));
  }

  private double x(double ratio) {
    double share = Math.log(ratio / low) / Math.log(high / low);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private static double tickBelow(double value) {
    double below = TICKS[0];
    for (double tick : TICKS) {
      below = tick <= value ? tick : below;
    }
    return below;
  }

  private static double tickAbove(double value) {
    for (double tick : TICKS) {
      if (tick >= value) {
        return tick;
      }
    }
    return value;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
