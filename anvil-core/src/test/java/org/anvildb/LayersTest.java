package org.anvildb;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Holds the architecture: a package may use only packages on the lines above it, and of these only
 * the ones that its own line names. To add a package or an edge, change its line here first, and
 * say why in the commit.
 */
final class LayersTest {
  private static final String ROOT = "org.anvildb";
  private static final String TABLE =
      """
      api:
      bytes: api
      schedule: api bytes
      storage: api bytes
      storage.sim: api bytes storage
      cursor: api bytes
      log: api bytes storage
      wal: api bytes schedule storage log
      memtable: api bytes cursor wal
      table: api bytes cursor storage
      version: api bytes storage log table
      compact: api bytes cursor storage table version
      engine: api bytes schedule storage cursor log wal memtable table version compact
      inspect: api bytes cursor storage log wal table version
      repair: api bytes storage log wal table version
      backup: api bytes storage table version engine
      (root): api schedule storage storage.sim engine inspect repair
      """;
  private static final Pattern EDGE = Pattern.compile("^ +(\\S+) +-> +(\\S+)", Pattern.MULTILINE);

  @Test
  void everyPackageUsesOnlyTheLayersThatItsLineNames() {
    assertThat(violations(Path.of("target/classes/org"))).isEmpty();
  }

  private static Set<String> violations(Path classes) {
    var allowed = parse(TABLE);
    var out = new StringWriter();
    ToolProvider.findFirst("jdeps")
        .orElseThrow()
        .run(
            new PrintWriter(out),
            new PrintWriter(out),
            "-verbose:package",
            "-filter:none",
            classes.toString());
    var edges = EDGE.matcher(out.toString()).results().toList();
    assertThat(edges).as(out.toString()).isNotEmpty();
    return edges.stream()
        .filter(e -> inRoot(e.group(1)) && inRoot(e.group(2)) && !e.group(1).equals(e.group(2)))
        .map(e -> List.of(layer(e.group(1)), layer(e.group(2))))
        .filter(e -> !allowed.getOrDefault(e.getFirst(), Set.of()).contains(e.getLast()))
        .map(e -> e.getFirst() + " must not use " + e.getLast())
        .collect(toCollection(TreeSet::new));
  }

  /** Parses the table and rejects a line that names a package which is not above it. */
  private static Map<String, Set<String>> parse(String table) {
    var allowed = new LinkedHashMap<String, Set<String>>();
    for (var line : table.strip().lines().map(String::strip).toList()) {
      var name = line.substring(0, line.indexOf(':'));
      var uses = new TreeSet<>(List.of(line.substring(name.length() + 1).strip().split(" +")));
      uses.remove("");
      assertThat(allowed.keySet()).as("what stands above " + name).containsAll(uses);
      allowed.put(name, uses);
    }
    return allowed;
  }

  private static boolean inRoot(String name) {
    return name.equals(ROOT) || name.startsWith(ROOT + ".");
  }

  private static String layer(String name) {
    return name.equals(ROOT) ? "(root)" : name.substring(ROOT.length() + 1);
  }
}
