package im.relay.apply;

import im.relay.ConversationView;
import im.relay.GroupEvents;
import im.relay.GroupView;
import im.relay.IndexView;
import im.relay.LogReader;
import im.relay.OfflineFeed;
import im.relay.PushSender;
import im.router.NodeId;
import im.router.Routes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What the relay works on. All safe from any thread; no call blocks.
 *
 * @param groups moved by {@code view}
 * @param interest which nodes hold members of groups
 * @param gateways those that hold a lease, as far as this process has heard
 */
public record Ports(
        LogReader log,
        ConversationView view,
        GroupView groups,
        GroupEvents events,
        IndexView index,
        RouteLookup routes,
        InterestLookup interest,
        Supplier<List<NodeId>> gateways,
        PushSender pushes,
        OfflineFeed offline) {

    /** Where nobody wakes phones. */
    public Ports(
            LogReader log,
            ConversationView view,
            GroupView groups,
            GroupEvents events,
            IndexView index,
            RouteLookup routes,
            InterestLookup interest,
            Supplier<List<NodeId>> gateways,
            PushSender pushes) {
        this(log, view, groups, events, index, routes, interest, gateways, pushes, OfflineFeed.NONE);
    }

    /** Reads where many uids are, in one go. */
    @FunctionalInterface
    public interface RouteLookup {
        /** Uids with nobody there may be left out. */
        CompletionStage<Map<String, Routes>> routesOf(Collection<String> uids);
    }

    /** Reads where members of many groups are, in one go. */
    @FunctionalInterface
    public interface InterestLookup {
        /** Nodes as {@link NodeId#packed()}; groups without any may be left out. */
        CompletionStage<Map<String, long[]>> nodesOf(Collection<String> groups);
    }

    Ports withView(ConversationView other) {
        return new Ports(log, other, groups, events, index, routes, interest, gateways, pushes, offline);
    }
}
