package im.gateway.launch;

import im.gateway.auth.AuthKey;
import im.gateway.auth.TokenMinter;
import im.gateway.config.ConfigException;
import im.gateway.config.ConfigLoader.TokenSettings;
import im.gateway.config.DurationText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "token", description = "Prints a token for a uid, signed with the server's key.")
final class TokenCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--uid", required = true, paramLabel = "UID", description = "Whom the token is for.")
    private String uid = "";

    @Option(names = "--ttl", paramLabel = "DURATION", description = "How long it is good, such as 1h (default 1h).")
    private String ttl = "1h";

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Key file; otherwise auth.key-file, or dev.key in the data folder.")
    private @Nullable String keyFile;

    @Override
    public Integer call() throws ConfigException, CannotStart {
        Duration life = parsedTtl();
        TokenSettings settings = options.loadForTokens(keyFile);
        TokenMinter minter = new TokenMinter(key(settings), Ground.rules(settings.auth()), Clock.systemUTC());
        try {
            System.out.println(minter.mint(uid, life));
            return ExitCode.DONE;
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private Duration parsedTtl() {
        try {
            return DurationText.parse(ttl);
        } catch (IllegalArgumentException e) {
            throw usage("--ttl " + ttl + ": expected a duration such as 90s, 15m, 1h");
        }
    }

    private static AuthKey key(TokenSettings settings) throws CannotStart {
        Path devKey = DataFolder.devKey(settings.data());
        if (settings.auth().keyFile().isEmpty() && !Files.exists(devKey)) {
            throw new CannotStart("no key: " + devKey.toAbsolutePath()
                    + " does not exist; start the server with --dev first, or name a key file with --key");
        }
        try {
            return AuthKey.read(settings.auth().keyFile().orElse(devKey));
        } catch (IOException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }

    private ParameterException usage(@Nullable String text) {
        if (spec == null) {
            throw new IllegalStateException("not parsed by a command line");
        }
        return new ParameterException(spec.commandLine(), text);
    }
}
