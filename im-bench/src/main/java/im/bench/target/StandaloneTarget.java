package im.bench.target;

import im.servers.FreePorts;
import im.servers.Server;
import im.servers.ServerOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One server with its log on the local disk, synced before each answer. */
public final class StandaloneTarget implements Target {
    private static final String NAME = "gateway-1";

    private final OneServer server;
    private final int tcpPort;
    private final DevTokens tokens;

    private StandaloneTarget(OneServer server, int tcpPort, DevTokens tokens) {
        this.server = server;
        this.tcpPort = tcpPort;
        this.tokens = tokens;
    }

    /** Starts it and waits until it is ready. */
    public static StandaloneTarget start(Path folder, Map<String, String> settings) {
        int tcp = FreePorts.next();
        int admin = FreePorts.next();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("listen.http-port", Integer.toString(FreePorts.next()));
        all.put("listen.tcp-port", Integer.toString(tcp));
        all.put("listen.admin-port", Integer.toString(admin));
        all.putAll(settings);
        OneServer server = new OneServer(folder, ServerOptions.defaults().port(admin), all);
        server.start();
        return new StandaloneTarget(server, tcp, new DevTokens(folder.resolve("dev.key")));
    }

    private static final class OneServer extends Server {
        private final List<String> command = new ArrayList<>();

        OneServer(Path folder, ServerOptions options, Map<String, String> settings) {
            super(NAME, folder, options);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ServerFlags.own());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "im.gateway.launch.Main"));
            command.addAll(List.of("start", "--dev", "--data", folder.toString()));
            settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        }

        @Override
        protected List<String> command() {
            return command;
        }

        @Override
        protected boolean answers() throws IOException {
            return answersOk("/readyz");
        }
    }

    @Override
    public List<URI> tcp() {
        return List.of(URI.create("tcp://127.0.0.1:" + tcpPort));
    }

    @Override
    public Map<String, Long> pids() {
        return Map.of(NAME, server.pid());
    }

    @Override
    public Map<String, URI> admins() {
        return Map.of(NAME, URI.create("http://" + server.address()));
    }

    @Override
    public String token(String uid) {
        return tokens.of(uid);
    }

    @Override
    public void close() {
        server.close();
    }
}
