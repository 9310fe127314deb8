package org.anvildb.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.anvildb.api.AnvilException;
import org.anvildb.cli.rows.RowException;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.EncodingException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a failure into one line on the standard error and an exit code. */
final class FailureHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Streams streams;
  private final BooleanSupplier wantsStackTrace;

  FailureHandler(Streams streams, BooleanSupplier wantsStackTrace) {
    this.streams = streams;
    this.wantsStackTrace = wantsStackTrace;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    Throwable cause = e.getCause();
    String problem = String.valueOf((cause instanceof EncodingException ? cause : e).getMessage());
    report(command, problem, err);
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    if (isClosedPipe(e)) {
      return ExitCode.OK;
    }
    if (e instanceof ParameterException parameter) {
      return handleParseException(parameter, new String[0]);
    }
    flushOutput();
    PrintWriter err = command.getErr();
    int code = code(e);
    report(command, problem(e), err);
    if (code == ExitCode.BUG || wantsStackTrace.getAsBoolean()) {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  /** Tells whether the reader of our output went away, as {@code head} does. */
  private static boolean isClosedPipe(Exception e) {
    return e instanceof IOException
        && e.getMessage() != null
        && e.getMessage().toLowerCase(Locale.ROOT).contains("broken pipe");
  }

  private static int code(Exception e) {
    return switch (e) {
      case AnvilException _ -> ExitCode.DATABASE;
      case RowException _ -> ExitCode.DATA;
      case IOException _ -> ExitCode.DATA;
      case IllegalArgumentException _ -> ExitCode.USAGE;
      default -> ExitCode.BUG;
    };
  }

  private static String problem(Exception e) {
    String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    return switch (e) {
      case AnvilException _ -> e.getClass().getSimpleName() + ": " + message;
      case RowException _ -> message;
      case NoSuchFileException _ -> "no such file: " + message;
      case FileNotFoundException _ -> message;
      case FileSystemException _ -> "can't access " + message;
      case IOException _ -> message;
      case IllegalArgumentException _ -> message;
      default -> "unexpected " + e.getClass().getSimpleName() + ": " + message;
    };
  }

  private void report(CommandLine command, String problem, PrintWriter err) {
    String name = command.getCommandSpec().qualifiedName();
    err.println(streams.errStyle().bad(name + ":") + " " + problem);
  }

  /** Shows what was printed before the failure, so that the order of the two is right. */
  private void flushOutput() {
    try {
      streams.out().flush();
    } catch (IOException e) {
      // The failure that is being reported says more than this one.
    }
  }
}
