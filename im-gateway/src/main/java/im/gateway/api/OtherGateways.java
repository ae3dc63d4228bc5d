package im.gateway.api;

import im.protocol.v1.PushedBroadcast;
import java.util.List;
import java.util.function.Consumer;

/** The gateways of the cluster beside this one. Safe from any thread; no call blocks. */
public interface OtherGateways {
    /** Of a standalone server. */
    OtherGateways NONE = new OtherGateways() {
        @Override
        public String name(long node) {
            return Long.toHexString(node);
        }

        @Override
        public long self() {
            return 0;
        }

        @Override
        public List<Long> live() {
            return List.of();
        }

        @Override
        public void tell(long node, PushedBroadcast said) {
            throw new IllegalStateException("there is nobody");
        }

        @Override
        public void listen(Consumer<PushedBroadcast> heard) {
            // Nobody says anything.
        }
    };

    /** How the operator calls a node, packed. */
    String name(long node);

    /** This process, packed; 0 while it is none, and where there are no others ever. */
    long self();

    /** The others that hold a lease, packed, as far as this process has heard. */
    List<Long> live();

    /** Best effort. */
    void tell(long node, PushedBroadcast said);

    /** Called with what others say, on any thread; must not block. One listener, set once. */
    void listen(Consumer<PushedBroadcast> heard);
}
