package im.simulator.ledger;

import java.util.Arrays;

/**
 * What each device saw last in each of its conversations: the position, and of each sending device the message. A row
 * belongs to one device and is touched only by that device's callbacks, one at a time.
 */
final class OrderBook {
    private final int[] firstRow;
    private final long[] lastPosition;
    /** Of each conversation a row of as many as send there, for each slot. */
    private final int[][] lastMessage;

    OrderBook(Roster roster) {
        int conversations = roster.conversations();
        firstRow = new int[conversations];
        lastMessage = new int[conversations][];
        int rows = 0;
        for (int conversation = 0; conversation < conversations; conversation++) {
            int slots = roster.slots(conversation);
            firstRow[conversation] = rows;
            rows = Math.addExact(rows, slots);
            int[] cells = new int[Math.multiplyExact(slots, roster.senderSlots(conversation))];
            Arrays.fill(cells, -1);
            lastMessage[conversation] = cells;
        }
        lastPosition = new long[rows];
    }

    /**
     * Notes a first callback.
     *
     * @param senders how many slots send in the conversation
     * @return whether it stands behind everything the device had: its position rose, and it was sent after all that the
     *     device had of the same sending device
     */
    boolean rises(int conversation, int senders, int slot, int senderSlot, int message, long position) {
        int row = firstRow[conversation] + slot;
        int cell = slot * senders + senderSlot;
        int[] cells = lastMessage[conversation];
        boolean rises = position > lastPosition[row] && message > cells[cell];
        lastPosition[row] = Math.max(lastPosition[row], position);
        cells[cell] = Math.max(cells[cell], message);
        return rises;
    }
}
