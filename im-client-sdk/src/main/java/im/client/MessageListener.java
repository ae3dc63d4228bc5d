package im.client;

/**
 * Takes the messages of all conversations, one at a time, in the order of each conversation, on the callback executor.
 *
 * <p>A message is acknowledged to the gateway after this method returned. One that throws is logged and counts as
 * returned: there is no second callback for a (conversation, position) in one run. A listener that is slow makes the
 * client stop reading its socket; nothing is dropped.
 */
@FunctionalInterface
public interface MessageListener {
    void onMessage(ReceivedMessage message);
}
