package im.gateway.service;

import im.gateway.auth.TokenVerifier;
import im.gateway.presence.PresenceDesk;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.GroupStore;
import im.relay.MessageLog;
import im.relay.PushBus;
import im.router.RouteDirectory;
import java.time.Clock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What every session of this process shares.
 *
 * @param groups null where there are none: then nothing of groups is taken from clients or given to them
 * @param nanoTime monotonic, also while the process stands still, as {@link System#nanoTime}
 */
public record SessionServices(
        SessionTerms terms,
        TokenVerifier verifier,
        MessageLog log,
        ConversationStore store,
        CursorStore cursors,
        RouteDirectory routes,
        PresenceDesk presence,
        PushBus bus,
        Takeovers takeovers,
        SessionMetrics metrics,
        @Nullable GroupStore groups,
        Clock clock,
        LongSupplier nanoTime,
        SessionHooks hooks) {}
