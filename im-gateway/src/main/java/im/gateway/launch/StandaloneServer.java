package im.gateway.launch;

import im.gateway.api.OtherGateways;
import im.gateway.config.MessageLogConfig;
import im.gateway.config.ServerConfig;
import im.gateway.launch.Ground.Forms;
import im.gateway.room.GroupsHeard;
import im.gateway.session.LoopPushBus;
import im.gateway.session.PushLoss;
import im.gateway.session.Sessions;
import im.relay.PushBus;
import im.relay.local.LocalLogConfig;
import im.relay.local.LocalRelay;
import im.relay.local.LocalStore;
import im.relay.local.Surroundings;
import im.router.RouteDirectory;
import im.router.memory.MemoryPresence;
import im.router.memory.MemoryRouteDirectory;
import java.io.IOException;
import java.util.List;

/** The whole system in this process: log and store on the local disk, routes in memory, pushes from loop to loop. */
final class StandaloneServer {
    private StandaloneServer() {}

    /**
     * Blocks its caller.
     *
     * @throws CannotStart when anything it needs is missing or taken; then nothing is left open
     */
    static RunningGateway start(ServerConfig config) throws CannotStart {
        return OpenParts.openAll(parts -> open(config, parts));
    }

    private static RunningGateway open(ServerConfig config, OpenParts parts) throws IOException, CannotStart {
        LogCheck log = new LogCheck();
        Ground ground = Ground.open(config, parts, new Lifecycle(List.of(log.check())));
        RouteDirectory routes = new MemoryRouteDirectory(Ground.RANDOM);
        LoopPushBus loops = new LoopPushBus(ground.loops().loops(), ground.sessionMetrics());
        PushBus bus = PushLoss.around(loops);
        LocalStore store = parts.add(
                "store",
                LocalStore.open(
                        config.data(),
                        logConfig(config.messageLog()),
                        Surroundings.system(ground.metrics()),
                        new LocalRelay(routes, bus)));
        log.opened(store.log());
        Sessions sessions = ground.sessions(new Forms(
                store.log(),
                store.conversations(),
                store.cursors(),
                routes,
                new MemoryPresence(routes, store.lastSeen(), config.session().presenceGrace(), Ground.CLOCK),
                bus,
                store.groups(),
                GroupsHeard.ALL));
        loops.serve(sessions);
        return ground.serve(sessions, OtherGateways.NONE, () -> {});
    }

    private static LocalLogConfig logConfig(MessageLogConfig log) {
        return LocalLogConfig.defaults()
                .withDedupeWindow(log.dedupeWindow())
                .withQueue(log.queueMessages(), log.queueBytes())
                .withCacheBytes(log.cacheBytes())
                .withRetention(log.retention())
                .withGroups(log.groups());
    }
}
