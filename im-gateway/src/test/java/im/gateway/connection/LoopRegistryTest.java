package im.gateway.connection;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Connections by slot: an id that was given once reaches its own connection or nobody. */
class LoopRegistryTest {
    private final LoopRegistry registry = new LoopRegistry(3);

    @Test
    void anIdNamesItsLoopAndItsListener() {
        Listener listener = new Listener();
        long id = registry.reserve();
        assertThat(registry.get(id)).isNull();

        registry.set(id, listener);

        assertThat(registry.get(id)).isSameAs(listener);
        assertThat(id).isPositive();
        assertThat(ConnectionIds.loop(id)).isEqualTo(3);
    }

    @Test
    void anIdThatWasReleasedReachesNobodyAlthoughItsSlotIsUsedAgain() {
        long old = registry.reserve();
        registry.set(old, new Listener());
        registry.release(old);
        long next = registry.reserve();
        Listener listener = new Listener();
        registry.set(next, listener);

        registry.set(old, new Listener());
        registry.release(old);

        assertThat(ConnectionIds.slot(next)).isEqualTo(ConnectionIds.slot(old));
        assertThat(registry.get(old)).isNull();
        assertThat(registry.get(next)).isSameAs(listener);
        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void anIdOfAnotherLoopReachesNobody() {
        long id = registry.reserve();
        registry.set(id, new Listener());

        assertThat(registry.get(new LoopRegistry(4).reserve())).isNull();
        assertThat(registry.get(ConnectionIds.of(3, 1_000_000, 1))).isNull();
        assertThat(registry.get(0)).isNull();
    }

    @Test
    void idsAreNeverUsedTwice() {
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            long kept = registry.reserve();
            long released = registry.reserve();
            registry.release(released);
            assertThat(ids.add(kept) && ids.add(released)).isTrue();
        }
        assertThat(registry.size()).isEqualTo(1_000);
    }

    @Test
    void aVisitSeesEveryStepOnceAndMayReleaseAndReserve() {
        List<Long> ids = new ArrayList<>();
        List<ConnectionListener> visited = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long id = registry.reserve();
            ids.add(id);
            registry.set(id, new Listener());
        }

        for (int bucket = 0; bucket < 32; bucket++) {
            registry.visit(bucket, 32, visited::add);
        }
        registry.visit(0, 1, listener -> {
            registry.release(ids.remove(ids.size() - 1));
            registry.reserve();
        });

        assertThat(visited).hasSize(200).doesNotHaveDuplicates();
        assertThat(registry.size()).isEqualTo(200);
    }

    private static final class Listener implements ConnectionListener {
        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void onReadsDrained() {}

        @Override
        public void onWritable() {}

        @Override
        public void onTick() {}

        @Override
        public void onClosed(CloseReason reason) {}
    }
}
