package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.ConfigPage;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "config",
        description = "Prints every configuration key with unit, default, value in force and its source.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--markdown", description = "Prints the keys as the table of docs/configuration.md instead.")
    private boolean markdown;

    @Override
    public Integer call() throws ConfigException {
        System.out.print(markdown ? ConfigPage.markdown() : ConfigPage.effective(options.load()));
        return ExitCode.DONE;
    }
}
