package im.simulator;

import im.simulator.chat.GroupShape;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Users talk in pairs at a stated total rate, whatever the server does, while some of them are offline. "
                    + "Afterwards all come back, what is missing is waited for, and the books are compared.",
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
final class ChatCommand implements Callable<Integer> {
    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() {
        return load.run(access, () -> GroupShape.NONE);
    }
}
