package im.gateway.service;

import im.gateway.auth.TokenVerifier;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.MessageLog;
import im.relay.PushBus;
import im.router.RouteDirectory;
import java.time.Clock;

/** What every session of this process shares. */
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
        Clock clock) {}
