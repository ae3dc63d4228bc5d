package im.relay;

import im.protocol.ConversationKey;

/**
 * A message that is told to whoever is there, and kept nowhere.
 *
 * @param envelope the encoded {@code im.v1.Envelope}; not changed by anybody after this
 */
public record TransientMessage(ConversationKey conversation, byte[] envelope) {}
