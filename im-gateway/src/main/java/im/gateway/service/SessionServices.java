package im.gateway.service;

import im.gateway.auth.TokenVerifier;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.MessageLog;
import im.relay.PushBus;
import im.router.RouteDirectory;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * What every session of this process shares.
 *
 * @param nanoTime monotonic, also while the process stands still, as {@link System#nanoTime}
 */
public record SessionServices(
        SessionTerms terms,
        TokenVerifier verifier,
        MessageLog log,
        ConversationStore store,
        CursorStore cursors,
        RouteDirectory routes,
        PushBus bus,
        Takeovers takeovers,
        SessionMetrics metrics,
        Clock clock,
        LongSupplier nanoTime) {}
