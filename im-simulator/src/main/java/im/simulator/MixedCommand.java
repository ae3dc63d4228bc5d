package im.simulator;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "mixed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "chat and group at once: a share of the messages goes into groups, the rest between two.",
            ScenarioCodes.OUTPUT
        },
        exitCodeListHeading = ScenarioCodes.HEADING,
        exitCodeList = {
            ScenarioCodes.PASSED,
            ScenarioCodes.VIOLATED,
            ScenarioCodes.USAGE,
            ScenarioCodes.INCONCLUSIVE,
            ScenarioCodes.CANNOT_START
        })
final class MixedCommand implements Callable<Integer> {
    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Mixin
    private GroupOptions groups = new GroupOptions();

    @Option(
            names = "--group-share",
            paramLabel = "PERCENT",
            converter = Converters.Percent.class,
            defaultValue = "10%",
            description = "The share of all messages that goes into groups, 0%%-90%%. Default 10%%.")
    private double groupShare;

    @Override
    public Integer call() {
        return load.run(access, () -> groups.shape(load, groupShare));
    }
}
