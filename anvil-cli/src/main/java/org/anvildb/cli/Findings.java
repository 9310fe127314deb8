package org.anvildb.cli;

import java.io.IOException;
import java.util.List;
import org.anvildb.api.VerifyReport;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.TextTable;

/** Prints what a verification found: one line if all is well, else a table of what is wrong. */
final class Findings {
  private Findings() {}

  /**
   * Prints a report.
   *
   * @param checked what was checked, for people
   */
  static void print(VerifyReport report, String checked, Streams streams) throws IOException {
    var style = streams.style();
    if (report.isClean()) {
      streams.println(style.good("✓") + " all is well: " + checked);
      return;
    }
    List<VerifyReport.Finding> findings = report.findings();
    String wrong = Figures.count(findings.size(), "thing is wrong", "things are wrong");
    streams.println(style.bad("✗ " + wrong) + ": " + checked);
    var table = new TextTable("file", ">offset", "what is wrong");
    for (VerifyReport.Finding finding : findings) {
      String offset = finding.offset() < 0 ? "" : Long.toString(finding.offset());
      table.row(finding.file(), offset, finding.problem());
    }
    streams.print(table.render(style, ""));
  }
}
