package im.gateway.devcluster;

import im.servers.Server;
import im.servers.ServerOptions;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A gateway, a relay or a router. Its port is its admin port, which says when it is ready. */
final class NodeProcess extends Server {
    private static final int ANSWER_MILLIS = 2_000;
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
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address() + "/readyz").toURL().openConnection();
        connection.setConnectTimeout(ANSWER_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
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
