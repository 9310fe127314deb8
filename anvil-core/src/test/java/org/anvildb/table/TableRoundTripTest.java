package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.anvildb.api.FilterPolicy;
import org.anvildb.table.TableFixture.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds that tables give back what was written, for all formats and odd keys, against a model. */
final class TableRoundTripTest {
  record Form(Shape shape, String codec, FilterPolicy policy, int blockBytes, int maxVersions) {}

  static Stream<Form> forms() {
    var forms = new ArrayList<Form>();
    for (Shape shape : Shape.values()) {
      for (String codec : List.of("NONE", "LZ4", "DEFLATE")) {
        for (FilterPolicy policy : FilterPolicy.values()) {
          forms.add(new Form(shape, codec, policy, 64, 1));
          forms.add(new Form(shape, codec, policy, 700, 4));
          forms.add(new Form(shape, codec, policy, 8 << 10, 1));
          forms.add(new Form(shape, codec, policy, 1 << 20, 4));
        }
      }
    }
    return forms.stream();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void givesBackWhatWasWritten(Form form) {
    long seed = 7_000 + form.toString().hashCode() % 1000;
    var random = new Random(seed);
    var versions = TableFixture.versions(random, form.shape, 400, form.maxVersions);
    var storage = new MemoryStorage();
    var fixture = new TableFixture(storage, 16L * form.blockBytes);
    TableMeta meta =
        fixture.write(9, fixture.options(form.codec, form.policy, form.blockBytes), versions);
    assertThat(meta.entries()).isEqualTo(versions.size());
    assertThat(meta.fileBytes()).isEqualTo(storage.size("000009.sst"));
    assertThat(meta.smallest()).isEqualTo(versions.getFirst().key());
    assertThat(meta.largest()).isEqualTo(versions.getLast().key());
    try (Table table = fixture.open(meta)) {
      new TableWalk(table, versions, random, form + " seed " + seed).all();
    }
    assertThat(storage.openMappings).isZero();
    assertThat(fixture.cache.usedBytes()).isZero();
  }
}
