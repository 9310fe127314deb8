package org.anvildb.proof;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.anvildb.Anvil;

/** Compiles the files that a planted bug changes, in memory, against the classes of the engine. */
final class PlantedBugCompiler implements AutoCloseable {
  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
  private final StandardJavaFileManager files =
      compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
  private final Path classes;
  private final Path sources;

  PlantedBugCompiler() throws URISyntaxException {
    classes = Path.of(Anvil.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    sources = classes.resolve("../../src/main/java").normalize();
  }

  /** Returns the compiled classes of the files of a bug, by their binary names. */
  Map<String, byte[]> compile(PlantedBug bug) throws IOException {
    List<JavaFileObject> units = new ArrayList<>();
    for (String file : bug.files()) {
      Path path = PlantedBug.path(sources, file);
      units.add(new Source(path.toUri(), bug.source(file, Files.readString(path))));
    }
    List<String> options =
        List.of(
            "--release",
            "25",
            "-proc:none",
            "-classpath",
            classes + System.getProperty("path.separator") + System.getProperty("java.class.path"));
    var problems = new DiagnosticCollector<JavaFileObject>();
    var compiled = new Compiled(files);
    if (!compiler.getTask(null, compiled, problems, options, null, units).call()) {
      throw new AssertionError(bug + " does not compile: " + problems.getDiagnostics());
    }
    return compiled.classes();
  }

  @Override
  public void close() {
    try {
      files.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(URI uri, String text) {
      super(uri, Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Takes what the compiler writes. */
  private static final class Compiled extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Compiled(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      URI uri = URI.create("memory:///" + name.replace('.', '/') + kind.extension);
      return new SimpleJavaFileObject(uri, kind) {
        @Override
        public OutputStream openOutputStream() {
          return written.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
        }
      };
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }
  }
}
