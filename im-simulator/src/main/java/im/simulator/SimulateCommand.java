package im.simulator;

import picocli.CommandLine.Command;

@Command(
        name = "simulate",
        description = "Runs a scenario with many clients against a gateway, and says whether it kept its contract.",
        mixinStandardHelpOptions = true,
        subcommands = {ChatCommand.class, GroupCommand.class, MixedCommand.class})
final class SimulateCommand {}
