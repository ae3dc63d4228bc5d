package im.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An etcd of one member, which keeps its data over restarts. */
public final class EtcdServer extends Server {
    private static final String PROGRAM = "etcd";
    private static final String VARIABLE = "IM_ETCD";
    private static final int ANSWER_MILLIS = 1_000;

    private final int peerPort = FreePorts.next();
    private final Map<String, String> settings;

    private EtcdServer(Path folder, ServerOptions options) {
        super("etcd", folder, options);
        this.settings = options.settings();
    }

    /** Whether one can be had here; {@code IM_ETCD=HOST:PORT} names one that runs already. */
    public static Availability available() {
        return Availability.ofAddress(VARIABLE, local());
    }

    /** Whether one can be started here. */
    public static Availability local() {
        return Containers.orImage(program());
    }

    private static Availability program() {
        return Availability.ofProgram("etcd-server", PROGRAM);
    }

    @Override
    protected Optional<String> image() {
        return Containers.instead(program().here(), "IM_ETCD_IMAGE", "quay.io/coreos/etcd:v3.5.21");
    }

    static Optional<Address> external() {
        return Availability.fromEnvironment(VARIABLE);
    }

    public static EtcdServer start(Path folder, ServerOptions options) {
        EtcdServer server = prepare(folder, options);
        server.start();
        return server;
    }

    /** Starts nothing yet. */
    public static EtcdServer prepare(Path folder, ServerOptions options) {
        return new EtcdServer(folder, options.settled());
    }

    @Override
    protected List<String> command() {
        String client = "http://" + address();
        String peer = "http://" + new Address(Address.LOOPBACK, peerPort);
        Map<String, String> flags = new LinkedHashMap<>();
        flags.put("name", "im");
        flags.put("data-dir", folder().resolve("data").toString());
        flags.put("listen-client-urls", client);
        flags.put("advertise-client-urls", client);
        flags.put("listen-peer-urls", peer);
        flags.put("initial-advertise-peer-urls", peer);
        flags.put("initial-cluster", "im=" + peer);
        flags.putAll(settings);
        List<String> command = new ArrayList<>();
        command.add(Programs.find(PROGRAM).map(Path::toString).orElse(PROGRAM));
        flags.forEach((name, value) -> command.add("--" + name + "=" + value));
        return command;
    }

    /** Debian's etcd wants to be told that ARM is meant. */
    @Override
    protected Map<String, String> environment() {
        return System.getProperty("os.arch", "").equals("aarch64")
                ? Map.of("ETCD_UNSUPPORTED_ARCH", "arm64")
                : Map.of();
    }

    /** It has a leader, which is itself. */
    @Override
    protected boolean answers() throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address() + "/health").toURL().openConnection();
        connection.setConnectTimeout(ANSWER_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).contains("true");
        } finally {
            connection.disconnect();
        }
    }
}
