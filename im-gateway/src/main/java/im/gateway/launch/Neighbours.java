package im.gateway.launch;

import im.gateway.api.OtherGateways;
import im.protocol.v1.PushedBroadcast;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The gateways of a cluster by its registry and its push bus. Any thread. */
final class Neighbours implements OtherGateways {
    private final NodeRegistry registry;
    private final BiConsumer<Long, PushedBroadcast> bus;
    private volatile @Nullable Consumer<PushedBroadcast> listener;

    Neighbours(NodeRegistry registry, BiConsumer<Long, PushedBroadcast> bus) {
        this.registry = registry;
        this.bus = bus;
    }

    @Override
    public String name(long node) {
        NodeInfo known = registry.nodes().live().get(node);
        return known == null ? Long.toHexString(node) : known.name();
    }

    @Override
    public long self() {
        NodeId self = registry.self();
        return self == null ? 0 : self.packed();
    }

    @Override
    public List<Long> live() {
        long self = self();
        return registry.nodes().of(Role.GATEWAY).stream()
                .map(NodeId::packed)
                .filter(node -> node != self)
                .toList();
    }

    @Override
    public void tell(long node, PushedBroadcast said) {
        bus.accept(node, said);
    }

    @Override
    public void listen(Consumer<PushedBroadcast> heard) {
        listener = heard;
    }

    /** Until somebody listens there is nobody here whom anything could be told. */
    void heard(PushedBroadcast said) {
        Consumer<PushedBroadcast> listening = listener;
        if (listening != null) {
            listening.accept(said);
        }
    }
}
