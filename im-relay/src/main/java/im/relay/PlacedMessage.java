package im.relay;

import im.protocol.ConversationKey;

/**
 * A message at its place.
 *
 * @param position where it stands, positive, larger than that of any message before it
 * @param prev the position of the message before it in the same conversation; 0 for the first
 * @param placed the encoded {@code im.v1.Placed}: position, prev and envelope as they go out in a Deliver frame
 */
public record PlacedMessage(ConversationKey conversation, long position, long prev, byte[] placed) {}
