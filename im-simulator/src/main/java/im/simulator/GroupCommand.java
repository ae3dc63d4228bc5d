package im.simulator;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "group",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Groups are formed, and some of their members write to all at a stated total rate, while clients come and go."
                    + " Afterwards all come back, what is missing is waited for, and the books are compared: every"
                    + " member has every message once, all in the same order.",
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
final class GroupCommand implements Callable<Integer> {
    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Mixin
    private GroupOptions groups = new GroupOptions();

    @Override
    public Integer call() {
        return load.run(access, () -> groups.shape(load, 1));
    }
}
