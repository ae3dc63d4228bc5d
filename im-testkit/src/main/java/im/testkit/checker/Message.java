package im.testkit.checker;

import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Settled;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One message by its identity: how it was sent and where it appeared. Either list may be empty, never both. */
final class Message {
    final Identity identity;
    final List<Sending> sendings = new ArrayList<>(1);
    final List<Entry<CalledBack>> callbacks = new ArrayList<>();

    Message(Identity identity) {
        this.identity = identity;
    }

    /** The first OK, or null. */
    @Nullable Entry<Settled> acceptance() {
        Optional<Entry<Settled>> first = sendings.stream()
                .flatMap(sending -> Optional.ofNullable(sending.acceptance()).stream())
                .min(Comparator.comparingInt(Entry::index));
        return first.orElse(null);
    }

    boolean accepted() {
        return acceptance() != null;
    }

    boolean possible() {
        return sendings.stream().anyMatch(Sending::possible);
    }

    /** Where it was first seen; 0 when nobody saw it. */
    long position() {
        return callbacks.isEmpty() ? 0 : callbacks.get(0).event().position();
    }
}
