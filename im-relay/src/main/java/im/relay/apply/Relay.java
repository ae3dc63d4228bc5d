package im.relay.apply;

import im.relay.LogReader;
import im.relay.Partitions;
import im.relay.SeededBug;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay of one process: an applier for each partition that the group gives it. Safe from any thread; nothing but
 * {@link #close} blocks.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final Duration REPORT = Duration.ofSeconds(5);

    private record Held(PartitionApplier applier, Context context, List<Meter> gauges) {}

    private final Ports ports;
    private final RelayConfig config;
    private final ThreadLanes lanes;
    private final MeterRegistry registry;
    private final ApplyMeters meters;
    private final RecordDecoder decoder;
    private final @Nullable SeededBug bug;
    private final Map<Integer, Held> partitions = new ConcurrentSkipListMap<>();
    private volatile boolean closed;

    /** @param lanes closed by whoever made them, after the relay */
    public Relay(Ports ports, Partitions partitions, RelayConfig config, ThreadLanes lanes, MeterRegistry registry) {
        this.bug = SeededBug.active();
        this.ports = UncheckedView.wrap(ports, bug);
        this.config = config;
        this.lanes = lanes;
        this.registry = registry;
        this.meters = new ApplyMeters(registry);
        this.decoder = new RecordDecoder(partitions);
    }

    /** Joins the group; called once. */
    public void start() {
        ports.log().start(new Assigned());
        report();
    }

    private void report() {
        if (closed) {
            return;
        }
        progress()
                .forEach((partition, text) -> LOG.atInfo()
                        .addKeyValue("partition", partition)
                        .addKeyValue("progress", text)
                        .log("catching up"));
        lanes.of(0).after(REPORT, this::report);
    }

    /** For each partition that is notably behind, how far it is and how long it will take. */
    public Map<Integer, String> progress() {
        Map<Integer, String> texts = new TreeMap<>();
        partitions.forEach((partition, held) -> {
            String text = held.context.progress().text(held.context.lane().millis());
            if (text != null) {
                texts.put(partition, text);
            }
        });
        return texts;
    }

    /** {@link #progress} in one line; null when no partition is notably behind. */
    public @Nullable String catchingUp() {
        List<String> texts = new ArrayList<>();
        progress().forEach((partition, text) -> texts.add("partition " + partition + " " + text));
        return texts.isEmpty() ? null : String.join("; ", texts);
    }

    /** Null while every partition that is held here goes on; otherwise what is wrong with each. */
    public @Nullable String failure() {
        String reader = ports.log().failure();
        List<String> wrong = new ArrayList<>();
        if (reader != null) {
            wrong.add(reader);
        }
        partitions.forEach((partition, held) -> {
            String trouble = held.applier.trouble();
            if (trouble != null) {
                wrong.add("partition " + partition + " " + held.applier.text() + ": " + trouble);
            }
        });
        return wrong.isEmpty() ? null : String.join("; ", wrong);
    }

    /** Leaves the group once the running batches are committed; bounded by the reader. */
    @Override
    public void close() {
        closed = true;
        ports.log().close();
        partitions.keySet().forEach(this::forget);
    }

    private @Nullable Held forget(int partition) {
        Held held = partitions.remove(partition);
        if (held != null) {
            held.gauges.forEach(gauge -> {
                registry.remove(gauge);
                gauge.close();
            });
        }
        return held;
    }

    /** Hears from the reader which partitions are held here. */
    private final class Assigned implements LogReader.Assignments {
        @Override
        public void assigned(int partition) {
            lost(partition);
            Lane lane = lanes.of(partition);
            Progress progress = new Progress();
            Context context = new Context(
                    partition,
                    ports,
                    config,
                    lane,
                    new Feed(partition, decoder),
                    meters,
                    new Pusher(ports, lane, config.pushWait(), meters),
                    progress,
                    bug);
            PartitionApplier applier = new PartitionApplier(context);
            partitions.put(partition, new Held(applier, context, gauges(partition, progress)));
            LOG.atInfo().addKeyValue("partition", partition).log("partition taken");
            lane.execute(applier::start);
        }

        @Override
        public CompletionStage<Void> revoked(int partition) {
            Held held = forget(partition);
            CompletableFuture<Void> done = new CompletableFuture<>();
            if (held == null) {
                done.complete(null);
            } else {
                LOG.atInfo().addKeyValue("partition", partition).log("partition given away");
                held.context.lane().execute(() -> held.applier.revoked().whenComplete((v, f) -> done.complete(null)));
            }
            return done;
        }

        @Override
        public void lost(int partition) {
            Held held = forget(partition);
            if (held != null) {
                LOG.atWarn().addKeyValue("partition", partition).log("partition lost");
                held.context.lane().execute(held.applier::lost);
            }
        }

        private List<Meter> gauges(int partition, Progress progress) {
            String name = Integer.toString(partition);
            return List.of(
                    Gauge.builder("im.relay.lag.records", progress, Progress::lag)
                            .tag("partition", name)
                            .register(registry),
                    Gauge.builder("im.relay.rebuild.progress", progress, Progress::share)
                            .tag("partition", name)
                            .register(registry));
        }
    }
}
