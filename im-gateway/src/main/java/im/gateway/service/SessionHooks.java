package im.gateway.service;

import im.gateway.intercept.MessageGate;

/**
 * Where the app's own servers take part.
 *
 * @param gate judges messages before the log
 * @param events hears of what has happened
 */
public record SessionHooks(MessageGate gate, SessionEvents events) {
    public static final SessionHooks NONE = new SessionHooks(MessageGate.OPEN, SessionEvents.NONE);
}
