package im.gateway.devcluster;

import im.servers.Server;
import im.servers.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A gateway, a relay or a router. Its port is its admin port, which says when it is ready. */
final class NodeProcess extends Server {
    /** Longer than any drain.timeout: it ends by itself when that is over. */
    private static final Duration STOP = Duration.ofMinutes(11);

    private final List<String> command;

    /** @param options with the admin port */
    NodeProcess(String name, Path folder, ServerOptions options, List<String> command) {
        super(name, folder, options);
        this.command = command;
    }

    @Override
    protected List<String> command() {
        return command;
    }

    @Override
    protected boolean answers() throws IOException {
        return answersOk("/readyz");
    }

    @Override
    protected Optional<Path> held() {
        return JavaProgram.held();
    }

    @Override
    protected Duration stopTime() {
        return STOP;
    }
}
