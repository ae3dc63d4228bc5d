package im.simulator;

import im.simulator.access.Access;
import im.simulator.access.Gateways;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the gateway is, and whose tokens to use. */
final class AccessOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            converter = Converters.Url.class,
            description =
                    "ws://host:port[/path] or tcp://host:port; several with commas between; or the http:// address of"
                            + " a dispatcher. Without it, the WebSocket address in endpoints.json of the data folder.")
    private @Nullable Gateways url;

    @ArgGroup(exclusive = true)
    private @Nullable Source source;

    private static final class Source {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The server's data folder: its addresses and, in dev mode, its key. Default: IM_DATA, or"
                        + " data in the repository.")
        private @Nullable Path data;

        @Option(names = "--key", paramLabel = "FILE", description = "The HS256 key to make tokens with.")
        private @Nullable Path key;

        @Option(
                names = "--tokens",
                paramLabel = "FILE",
                description = "Ready-made tokens, one a line; the uids are theirs.")
        private @Nullable Path tokens;
    }

    Access access() {
        Source given = source == null ? new Source() : source;
        Path data = given.data == null ? defaultData() : given.data;
        return new Access(url, data, given.key, given.tokens);
    }

    private static Path defaultData() {
        String named = System.getenv("IM_DATA");
        return named == null || named.isEmpty() ? Path.of(System.getProperty("im.home", "."), "data") : Path.of(named);
    }
}
