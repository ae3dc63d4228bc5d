package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.relay.local.CheckReport;
import im.relay.local.FolderCheck;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        description = "Reads a data folder that no server uses and says whether what it holds agrees.",
        footer = "Exit codes: 0 it does, 1 it does not, 4 it cannot be read.")
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, CannotStart {
        try {
            CheckReport report = FolderCheck.run(options.loadForTokens(null).data());
            report.lines().forEach(System.out::println);
            return report.isSound() ? ExitCode.DONE : ExitCode.AGAINST;
        } catch (IOException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }
}
