package im.relay.apply;

import im.relay.ConversationView;
import im.relay.IndexView;
import im.relay.LogReader;
import im.relay.PushSender;
import im.router.Routes;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What the relay works on. All safe from any thread; no call blocks. */
public record Ports(LogReader log, ConversationView view, IndexView index, RouteLookup routes, PushSender pushes) {

    /** Reads where many uids are, in one go. */
    @FunctionalInterface
    public interface RouteLookup {
        /** Uids with nobody there may be left out. */
        CompletionStage<Map<String, Routes>> routesOf(Collection<String> uids);
    }
}
