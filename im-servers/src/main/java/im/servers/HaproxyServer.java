package im.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An HAProxy. Its port is one of those that its configuration binds. */
public final class HaproxyServer extends Server {
    private static final String PROGRAM = "haproxy";

    private final String configuration;
    private final Map<String, String> variables;

    private HaproxyServer(Path folder, ServerOptions options, String configuration) {
        super(PROGRAM, folder, options);
        this.configuration = configuration;
        this.variables = options.settings();
    }

    /** Whether one can be started here. */
    public static Availability local() {
        return Availability.ofProgram(PROGRAM, PROGRAM);
    }

    /**
     * Starts nothing yet.
     *
     * @param options with a port that the configuration binds; its settings are variables that the configuration reads
     * @param configuration text of haproxy.cfg
     */
    public static HaproxyServer prepare(Path folder, ServerOptions options, String configuration) {
        return new HaproxyServer(folder, options, configuration);
    }

    @Override
    protected void prepare() throws IOException {
        Files.writeString(file(), configuration);
    }

    private Path file() {
        return folder().resolve("haproxy.cfg");
    }

    @Override
    protected Map<String, String> environment() {
        return variables;
    }

    /** In the foreground, without a master. */
    @Override
    protected List<String> command() {
        String program = Programs.find(PROGRAM).map(Path::toString).orElse(PROGRAM);
        return List.of(program, "-db", "-f", file().toString());
    }

    /** What stands behind it has its own checks. */
    @Override
    protected boolean answers() {
        return true;
    }
}
