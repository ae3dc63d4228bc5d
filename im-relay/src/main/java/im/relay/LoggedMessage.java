package im.relay;

import im.protocol.ConversationKey;

/**
 * A message as it stands in the log of partitions, before any view has it.
 *
 * @param position by {@link LogPosition}
 * @param acceptedMs the log's own time for the record, milliseconds since 1970
 * @param envelope the encoded {@code im.v1.Envelope}
 */
public record LoggedMessage(
        ConversationKey conversation, String sender, long position, long acceptedMs, byte[] envelope) {}
