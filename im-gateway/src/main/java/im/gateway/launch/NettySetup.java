package im.gateway.launch;

import im.gateway.config.IoConfig;
import im.gateway.config.IoConfig.AllocatorKind;
import im.gateway.config.ListenConfig;
import im.gateway.config.PollingConfig;
import im.gateway.config.ServerConfig;
import im.gateway.edge.EdgeConfig;
import im.gateway.edge.EventLoops;
import im.gateway.edge.PollBounds;
import im.gateway.edge.Transport;
import im.gateway.launch.Endpoints.Ports;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The configuration, as the network library and the listeners want it. */
final class NettySetup {
    private static final String NATIVES = "io.netty.native.workdir";
    private static final int BACKLOG = 4096;

    private NettySetup() {}

    /** Has an effect only before the library is used for the first time in this process. */
    static void unpackNativesInto(Path folder) {
        if (System.getProperty(NATIVES) == null) {
            System.setProperty(NATIVES, folder.toString());
        }
    }

    static EventLoops openLoops(ServerConfig config) throws CannotStart {
        IoConfig io = config.io();
        return EventLoops.open(
                transport(io.transport()),
                io.loops(),
                config.session().heartbeat(),
                config.session().loopOutboundBytes());
    }

    private static Transport transport(IoConfig.Transport wanted) throws CannotStart {
        Transport best = wanted == IoConfig.Transport.NIO ? Transport.NIO : Transport.best();
        if (wanted == IoConfig.Transport.EPOLL && best != Transport.EPOLL) {
            throw new CannotStart(
                    "io.transport is \"epoll\", whose native library does not load here; use auto or nio");
        }
        return best;
    }

    static EdgeConfig edge(ServerConfig config, Ports ports) {
        ListenConfig listen = config.listen();
        return new EdgeConfig(
                listen.host(),
                ports.http(),
                ports.tcp(),
                Set.copyOf(listen.allowedOrigins()),
                config.session().handshakeTimeout(),
                config.session().heartbeat(),
                BACKLOG,
                listen.proxies(),
                polls(listen.polling()),
                AppServers.sockets(config.appServers()),
                allocator(config.io().allocator()));
    }

    private static @Nullable PollBounds polls(PollingConfig polling) {
        return polling.on()
                ? new PollBounds(polling.maxWait(), polling.sessions(), polling.sessionsPerAddress())
                : null;
    }

    private static ByteBufAllocator allocator(AllocatorKind kind) {
        return kind == AllocatorKind.ADAPTIVE ? new AdaptiveByteBufAllocator() : PooledByteBufAllocator.DEFAULT;
    }
}
