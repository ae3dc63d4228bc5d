package im.bench;

import im.bench.load.Clients;
import im.bench.target.ClusterTarget;
import im.bench.target.StandaloneTarget;
import im.bench.target.Target;
import im.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** What is started and who talks to it: the same for all commands that load a server. */
final class LoadOptions {
    private static final int ARRIVING = 64;
    private static final Duration ARRIVAL = Duration.ofMinutes(3);

    /** What is measured. */
    enum Form {
        CLUSTER,
        STANDALONE
    }

    @Option(names = "--form", defaultValue = "CLUSTER", description = "cluster or standalone. Default cluster.")
    Form form = Form.CLUSTER;

    @Option(names = "--gateways", defaultValue = "2", description = "Gateways of the cluster. Default 2.")
    int gateways;

    @Option(names = "--relays", defaultValue = "2", description = "Relays of the cluster. Default 2.")
    int relays;

    @Option(names = "--connections", defaultValue = "1000", description = "Clients, an even number. Default 1000.")
    int connections;

    @Option(names = "--payload-bytes", defaultValue = "100", description = "Of each message. Default 100.")
    int payloadBytes;

    @Option(names = "--blocks", defaultValue = "5", description = "Measured blocks of each rate. Default 5.")
    int blocks;

    @Option(names = "--block", defaultValue = "PT10S", description = "Length of a block. Default PT10S.")
    Duration block = Duration.ZERO;

    @Option(names = "--warmup", defaultValue = "PT60S", description = "Before the first block. Default PT60S.")
    Duration warmup = Duration.ZERO;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A configuration key of our processes.")
    Map<String, String> settings = new LinkedHashMap<>();

    Target start() {
        Path folder = Servers.temporaryFolder("bench");
        System.err.println("starting " + describe());
        return form == Form.CLUSTER
                ? ClusterTarget.start(folder, gateways, relays, settings)
                : StandaloneTarget.start(folder, settings);
    }

    Clients clients(Target target) {
        return new Clients(target.tcp(), target::token, connections, payloadBytes);
    }

    void connect(Clients clients) {
        System.err.println("connecting " + connections + " clients");
        var unused = clients.connect(ARRIVING, ARRIVAL);
    }

    /** As the servers are told it. */
    Duration heartbeat() {
        String text = settings.getOrDefault("session.heartbeat", "30s");
        return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }

    String describe() {
        return describe("in pairs");
    }

    /** @param who what the clients do with each other */
    String describe(String who) {
        String what = form == Form.CLUSTER
                ? gateways + " gateways, " + relays + " relays through Kafka"
                : "a standalone server";
        return what + "; " + connections + " connections " + who + ", " + payloadBytes + " bytes a message";
    }
}
