package im.gateway.config;

/**
 * Threads and memory of the public listeners.
 *
 * @param threads event loops; 0 for one a processor
 */
public record IoConfig(int threads, Transport transport, AllocatorKind allocator) {

    public IoConfig {
        Keys.IO_THREADS.require(threads);
    }

    /** Event loops to make: {@link #threads}, or one a processor, but never more than the connection ids can name. */
    public int loops() {
        return threads > 0 ? threads : Math.min(Runtime.getRuntime().availableProcessors(), Keys.MAX_IO_THREADS);
    }

    /** How sockets are watched. */
    public enum Transport {
        /** Epoll where its native library loads, else NIO. */
        AUTO,
        /** Epoll, or no start. */
        EPOLL,
        NIO
    }

    /** Netty's buffer allocator. */
    public enum AllocatorKind {
        ADAPTIVE,
        POOLED
    }
}
