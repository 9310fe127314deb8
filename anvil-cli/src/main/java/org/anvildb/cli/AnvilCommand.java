package org.anvildb.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.anvildb.bench.BenchCommand;
import org.anvildb.cli.demo.DemoWriter;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command above all others: it knows them, and what they have in common. */
@Command(
    name = "anvil",
    mixinStandardHelpOptions = true,
    versionProvider = VersionText.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "%nAnvilDB: an embedded, ordered, crash-safe key-value store.%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the answer is no: no such key, keyspace or backup; --if-absent found a value; damage"
          + " found; repair or the demo lost something; a workload of bench failed",
      "2:wrong command line",
      "3:the database refused or failed; one line says why",
      "4:an input can't be read or an output can't be written",
      "5:a bug of ours; please report it",
      "6:./anvil found no JDK, or its build failed"
    },
    footer = {
      "",
      "Start with @|bold anvil demo|@. Each command has a @|bold --help|@ of its own.",
      "Environment: ANVIL_DB is the default of --db, ANVIL_OPTS holds JVM options,",
      "NO_COLOR turns colours off. Manual: docs/cli.md"
    })
public final class AnvilCommand implements Runnable {
  private static final int MAX_HELP_WIDTH = 100;

  private final Streams streams;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  private boolean stackTrace;

  @Spec private CommandSpec spec = CommandSpec.create();

  private AnvilCommand(Streams streams) {
    this.streams = streams;
  }

  /** Makes the command with all its subcommands. */
  public static CommandLine commandLine(Streams streams) {
    var root = new AnvilCommand(streams);
    var line =
        new CommandLine(root)
            .addSubcommand(new PutCommand(streams))
            .addSubcommand(new GetCommand(streams))
            .addSubcommand(new DeleteCommand(streams))
            .addSubcommand(new ScanCommand(streams))
            .addSubcommand(new CountCommand(streams))
            .addSubcommand(new LoadCommand(streams))
            .addSubcommand(new DumpCommand(streams))
            .addSubcommand(new KeyspacesCommand(streams))
            .addSubcommand(new StatsCommand(streams))
            .addSubcommand(new VerifyCommand(streams))
            .addSubcommand(new RepairCommand(streams))
            .addSubcommand(new CompactCommand(streams))
            .addSubcommand(new CheckpointCommand(streams))
            .addSubcommand(new BackupCommand(streams))
            .addSubcommand(new BackupsCommand(streams))
            .addSubcommand(new RestoreCommand(streams))
            .addSubcommand(new DemoCommand(streams))
            .addSubcommand(new BenchCommand())
            .addSubcommand(new DemoWriter());
    var failures = new FailureHandler(streams, () -> root.stackTrace);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(Math.clamp(streams.width(), 60, MAX_HELP_WIDTH))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(streams.style().on() ? Ansi.ON : Ansi.OFF))
        .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
        .setErr(
            new PrintWriter(new OutputStreamWriter(streams.err(), StandardCharsets.UTF_8), true))
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "name a command");
  }
}
