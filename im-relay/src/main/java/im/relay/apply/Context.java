package im.relay.apply;

import im.relay.SeededBug;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one partition's applier share.
 *
 * @param bug put in on purpose, for the tests of the tests
 */
record Context(
        int partition,
        Ports ports,
        RelayConfig config,
        Lane lane,
        Feed feed,
        ApplyMeters meters,
        Pusher pusher,
        Progress progress,
        @Nullable SeededBug bug) {

    boolean has(SeededBug wanted) {
        return bug == wanted;
    }
}
