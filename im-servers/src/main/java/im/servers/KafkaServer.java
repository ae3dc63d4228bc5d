package im.servers;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A Kafka broker in a JVM of its own. The first of a cluster is its controller too; others join it. Topics are not made
 * by who asks for them, and inner topics have as many copies as the first broker's settings say, by default one.
 */
public final class KafkaServer extends Server {
    private static final String VARIABLE = "IM_KAFKA";
    /** One for all clusters here, so that the folders of several brokers agree. */
    private static final String CLUSTER_ID = "aW1nYXRld2F5Y2x1c3Rlcg";

    private final int node;
    private final int controllerPort;
    private final Map<String, String> settings;
    private final String heap;

    private KafkaServer(Path folder, int node, int controllerPort, ServerOptions options) {
        super(node == 1 ? "kafka" : "kafka-" + node, folder, options);
        this.node = node;
        this.controllerPort = controllerPort;
        this.heap = options.settings().getOrDefault(HEAP, "-Xmx384m");
        this.settings = options.without(HEAP).settings();
    }

    /** The setting that is no line of server.properties but the JVM's flag for its heap; by default {@code -Xmx384m}. */
    public static final String HEAP = "im.heap";

    /** The setting that is no line of server.properties but the controller's port; by default a free one. */
    public static final String CONTROLLER_PORT = "im.controller.port";

    /** Whether one can be had here; {@code IM_KAFKA=HOST:PORT} names one that runs already. */
    public static Availability available() {
        return Availability.ofAddress(VARIABLE, local());
    }

    /** Whether one can be started here. */
    public static Availability local() {
        return KafkaJars.available();
    }

    static Optional<Address> external() {
        return Availability.fromEnvironment(VARIABLE);
    }

    /** The first broker of a cluster. */
    public static KafkaServer start(Path folder, ServerOptions options) {
        KafkaServer server = prepare(folder, options);
        server.start();
        return server;
    }

    /** Starts nothing yet. */
    public static KafkaServer prepare(Path folder, ServerOptions options) {
        String chosen = options.settings().get(CONTROLLER_PORT);
        int controller = chosen == null ? FreePorts.next() : Integer.parseInt(chosen);
        return new KafkaServer(
                folder, 1, controller, options.without(CONTROLLER_PORT).settled());
    }

    /**
     * Another broker of the same cluster; a folder of its own.
     *
     * @param brokerNode 2 or more, and no other broker's
     */
    public KafkaServer join(Path brokerFolder, int brokerNode, ServerOptions options) {
        KafkaServer broker = another(brokerFolder, brokerNode, options);
        broker.start();
        return broker;
    }

    /** As {@link #join}, but starts nothing yet. */
    public KafkaServer another(Path brokerFolder, int brokerNode, ServerOptions options) {
        if (brokerNode < 2) {
            throw new IllegalArgumentException("node 1 is the first broker, not " + brokerNode);
        }
        return new KafkaServer(brokerFolder, brokerNode, controllerPort, options.settled());
    }

    /** Where the controller listens. */
    public int controllerPort() {
        return controllerPort;
    }

    /** As a client's {@code bootstrap.servers} wants it. */
    public String bootstrap() {
        return address().toString();
    }

    @Override
    protected void prepare() throws IOException {
        Properties properties = new Properties();
        properties.putAll(listeners());
        properties.put("node.id", Integer.toString(node));
        properties.put("log.dirs", folder().resolve("data").toString());
        properties.put("auto.create.topics.enable", "false");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("offsets.topic.num.partitions", "8");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "2");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("controlled.shutdown.enable", "false");
        properties.putAll(settings);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        Files.writeString(configuration(), text.toString());
        Files.writeString(folder().resolve("logback.xml"), LOGGING);
        format();
    }

    private Map<String, String> listeners() {
        Map<String, String> listeners = new LinkedHashMap<>();
        String broker = "PLAINTEXT://" + address();
        String controller = "CONTROLLER://" + new Address(Address.LOOPBACK, controllerPort);
        listeners.put("process.roles", node == 1 ? "broker,controller" : "broker");
        listeners.put("listeners", node == 1 ? broker + "," + controller : broker);
        listeners.put("advertised.listeners", broker);
        listeners.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        listeners.put("controller.listener.names", "CONTROLLER");
        listeners.put("inter.broker.listener.name", "PLAINTEXT");
        listeners.put("controller.quorum.voters", "1@" + new Address(Address.LOOPBACK, controllerPort));
        return listeners;
    }

    private void format() {
        if (Files.exists(folder().resolve("data").resolve("meta.properties"))) {
            return;
        }
        List<String> command = java("-Xmx128m");
        command.addAll(List.of("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"));
        command.add(configuration().toString());
        Programs.run(command);
    }

    private Path configuration() {
        return folder().resolve("server.properties");
    }

    @Override
    protected List<String> command() {
        List<String> command = java(heap);
        command.add("kafka.Kafka");
        command.add(configuration().toString());
        return command;
    }

    private List<String> java(String heapFlag) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(heapFlag, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"));
        command.add("-Dlogback.configurationFile=" + folder().resolve("logback.xml"));
        command.add("-cp");
        command.add(KafkaJars.classPath());
        return command;
    }

    @Override
    protected Optional<Path> held() {
        return KafkaJars.held();
    }

    /** Its port opens as the last step of its start. */
    @Override
    protected boolean answers() {
        return true;
    }

    private static final String LOGGING = """
            <configuration>
              <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="OUT"/></root>
            </configuration>
            """;
}
