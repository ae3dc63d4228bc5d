package im.relay.kafka;

import im.relay.GroupEvents;
import im.relay.LogReader;
import im.relay.MessageLog;
import im.relay.OfflineFeed;
import im.relay.PushReceiver;
import im.relay.PushSender;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;

/**
 * The door: one process's connection to log and push bus. {@link #open} blocks until topics and identity are as they must
 * be, everything after that does not block its callers. Closing it ends what it gave out.
 */
public final class KafkaLog implements AutoCloseable {
    private static final int PROBE_MS = 2_000;

    private final KafkaConfig config;
    private final ClientSettings settings;
    private final Admin admin;
    private final Identity identity;
    private final MeterRegistry registry;
    private final LogMeters meters;
    private final List<Meter> gauges = new ArrayList<>();
    private final List<AutoCloseable> given = new ArrayList<>();

    private KafkaLog(KafkaConfig config, Admin admin, MeterRegistry registry) {
        this.config = config;
        this.admin = admin;
        this.registry = registry;
        settings = new ClientSettings(config);
        identity = new Identity(config, admin);
        meters = new LogMeters(registry);
    }

    /**
     * @throws KafkaStartException when no broker is reached within the time for the start, when it refuses, or when topics,
     *     identity and configuration do not agree
     */
    public static KafkaLog open(KafkaConfig config, MeterRegistry registry) {
        StartCalls calls = new StartCalls(config);
        Admin admin;
        try {
            admin = Admin.create(new ClientSettings(config).admin());
        } catch (KafkaException e) {
            throw calls.refused(e);
        }
        KafkaLog log = new KafkaLog(config, admin, registry);
        try {
            TopicShape messages = TopicShape.messages(config);
            Topics topics = new Topics(admin, config.topics(), calls);
            Map<String, TopicDescription> found =
                    topics.settle(List.of(messages, TopicShape.identity(config), TopicShape.push(config)));
            log.identity.settle(Objects.requireNonNull(found.get(messages.name())), calls);
            // Now that the number of partitions is known to be right.
            var unused = topics.settle(List.of(TopicShape.groups(config)));
            return log;
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    public String logId() {
        return identity.epochs().logId();
    }

    /** The log's write side; called once. */
    public synchronized MessageLog messages() {
        AppendQueue queue = new AppendQueue(config.queueMessages(), config.queueBytes());
        Breakers breakers = new Breakers(
                config.topics().messages(),
                config.topics().partitions(),
                Appender.stallNanos(config.timeouts()),
                this::probe,
                System::nanoTime);
        ProducerSlot producers = new ProducerSlot(
                () -> new KafkaProducer<>(settings.messages()), System::nanoTime, meters.producersReplaced::increment);
        Appender appender = new Appender(config, queue, producers, breakers, meters, System::nanoTime);
        gauges.add(meters.gauge("im.log.queue.messages", "messages without an outcome", queue::messages));
        gauges.add(meters.gauge("im.log.queue.bytes", "bytes of envelopes without an outcome", queue::bytes));
        gauges.add(meters.gauge("im.log.breakers.open", "partitions that are not tried", breakers::open));
        appender.start();
        given.add(() -> appender.close(config.timeouts().append()));
        return new KafkaMessageLog(logId(), config.topics().partitions(), appender, System::nanoTime);
    }

    /** Where the log ends, for gateways. */
    public LogEnds ends() {
        return new LogEnds(new Offsets(config, admin)::end);
    }

    /** One more member of the relays' group. */
    public synchronized LogReader reader() {
        KafkaLogReader reader = new KafkaLogReader(config, identity, admin, new ReadMeters(registry));
        given.add(reader);
        return reader;
    }

    /** What became of groups, of the partitions of this process's {@link #reader}. */
    public synchronized GroupEvents groupEvents() {
        KafkaGroupEvents events = new KafkaGroupEvents(
                config, settings, () -> new KafkaProducer<>(settings.groups()), meters.producersReplaced::increment);
        given.add(events);
        return events;
    }

    /** The bus's write side. */
    public synchronized PushSender pushSender() {
        KafkaPushSender sender = new KafkaPushSender(
                config.topics(), () -> new KafkaProducer<>(settings.pushes()), new PushMeters(registry));
        sender.start();
        given.add(sender);
        return sender;
    }

    /**
     * The topic for those who wake phones; blocks until it is as it must be.
     *
     * @param groupsToo whether messages of groups are told of
     * @throws KafkaStartException as {@link #open}
     */
    public synchronized OfflineFeed offlineFeed(boolean groupsToo) {
        var unused =
                new Topics(admin, config.topics(), new StartCalls(config)).settle(List.of(TopicShape.offline(config)));
        KafkaOfflineFeed feed = new KafkaOfflineFeed(
                config.topics().offline(), groupsToo, () -> new KafkaProducer<>(settings.offline()), registry);
        feed.start();
        given.add(feed);
        return feed;
    }

    /** The bus's read side, for one node. */
    public synchronized PushReceiver pushReceiver(PushReceiver.Listener listener) {
        KafkaPushReceiver receiver = new KafkaPushReceiver(config, listener, new PushMeters(registry));
        receiver.start();
        given.add(receiver);
        return receiver;
    }

    private void probe(Breakers breakers) {
        String topic = config.topics().messages();
        Topics.describe(admin, topic, new DescribeTopicsOptions().timeoutMs(PROBE_MS))
                .whenComplete((found, failure) -> {
                    if (found != null) {
                        found.partitions().stream()
                                .filter(p -> p.leader() != null
                                        && p.isr().size() >= config.topics().minInsync())
                                .forEach(p -> breakers.probed(p.partition()));
                    }
                });
    }

    /** Ends what was given out, the last first; what is being appended is waited for. */
    @Override
    public synchronized void close() {
        for (int i = given.size() - 1; i >= 0; i--) {
            Closing.quietly(given.get(i));
        }
        given.clear();
        gauges.forEach(meters::remove);
        gauges.clear();
        identity.close();
        admin.close(Duration.ofSeconds(1));
    }
}
