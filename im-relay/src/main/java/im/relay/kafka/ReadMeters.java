package im.relay.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The reader's metrics: {@code im_log_…}. Safe from any thread. */
final class ReadMeters {
    final Counter records;
    final Counter assigned;
    final Counter revoked;
    final Counter lost;
    final Counter misplaced;
    final Counter membersReplaced;

    ReadMeters(MeterRegistry registry) {
        records = registry.counter("im.log.read.records");
        assigned = partitions(registry, "assigned");
        revoked = partitions(registry, "revoked");
        lost = partitions(registry, "lost");
        misplaced = partitions(registry, "misplaced");
        membersReplaced = registry.counter("im.log.read.members.replaced");
    }

    private static Counter partitions(MeterRegistry registry, String what) {
        return registry.counter("im.log.read.partitions", "became", what);
    }
}
