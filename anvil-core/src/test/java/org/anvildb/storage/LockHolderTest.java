package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock file's text is read strictly, since it ends in messages. */
final class LockHolderTest {
  @TempDir Path top;

  private static LockHolder parse(String text) {
    return LockHolder.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatAHolderWritesComesBack() {
    LockHolder here = LockHolder.here();
    assertThat(LockHolder.parse(here.toBytes())).isEqualTo(here);
    assertThat(here.toBytes()).hasSizeLessThanOrEqualTo(LockHolder.MAX_BYTES);
    assertThat(parse("anvildb lock\npid 12\nhost a.b\nsince 2026-01-02T03:04:05Z\n"))
        .isEqualTo(new LockHolder(12, "a.b", Instant.parse("2026-01-02T03:04:05Z")))
        .hasToString("pid 12 on host a.b since 2026-01-02T03:04:05Z");
  }

  @Test
  void anythingElseIsNoHolder() {
    for (String text :
        new String[] {
          "",
          "anvildb lock\npid 12\nhost a\nsince 2026-13-45T99:99:99Z\n",
          "anvildb lock\npid 12\nhost a\nsince ----------T::::::::Z\n",
          "anvildb lock\npid -1\nhost a\nsince 2026-01-02T03:04:05Z\n",
          "anvildb lock\npid 12\nhost a b\nsince 2026-01-02T03:04:05Z\n",
          "anvildb lock\npid 12\nhost a\nsince 2026-01-02T03:04:05Z\nmore\n"
        }) {
      assertThat(parse(text)).as(text).isNull();
    }
  }

  @Test
  void theHostsNameIsPlainWhoeverTellsIt() throws IOException {
    Path kernel = Files.writeString(top.resolve("hostname"), "a host\u001b[31m_1\n");
    assertThat(LockHolder.hostName(kernel)).isEqualTo("a-host--31m_1");
    Files.writeString(kernel, "x".repeat(300));
    assertThat(LockHolder.hostName(kernel)).isEqualTo("x".repeat(255));
    for (Path silent : new Path[] {top.resolve("none"), Files.writeString(kernel, "\n")}) {
      assertThat(LockHolder.hostName(silent)).matches("[A-Za-z0-9._-]{1,255}");
    }
    // Where the kernel's answer can't be read, nobody else is asked.
    assertThat(LockHolder.hostName(top)).isEqualTo("unknown");
  }
}
