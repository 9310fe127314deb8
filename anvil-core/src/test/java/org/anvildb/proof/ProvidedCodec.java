package org.anvildb.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.anvildb.api.Codec;

/** A codec of somebody else, which is there only {@link #during} an action. It copies bytes. */
public class ProvidedCodec implements Codec {
  private static final String SERVICE = "META-INF/services/" + Codec.class.getName();

  /** Makes the codec, as the JDK's loader of services does. */
  public ProvidedCodec() {}

  /** Runs an action while a codec is provided as a service. */
  public static void during(Path file, Class<? extends Codec> codec, Runnable action) {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      Files.writeString(file, codec.getName() + "\n");
      URL service = file.toUri().toURL();
      Thread.currentThread()
          .setContextClassLoader(
              new ClassLoader(before) {
                @Override
                public Enumeration<URL> getResources(String name) throws IOException {
                  return name.equals(SERVICE)
                      ? Collections.enumeration(List.of(service))
                      : super.getResources(name);
                }
              });
      action.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Override
  public int id() {
    return 16;
  }

  @Override
  public String name() {
    return "COPYING";
  }

  @Override
  public int maxCompressedLength(int length) {
    return length;
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    System.arraycopy(source, offset, target, targetOffset, length);
    return length;
  }

  @Override
  public void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
    if (length != targetLength) {
      throw new IllegalArgumentException("COPYING: " + length + " bytes, not " + targetLength);
    }
    System.arraycopy(source, offset, target, targetOffset, length);
  }
}
