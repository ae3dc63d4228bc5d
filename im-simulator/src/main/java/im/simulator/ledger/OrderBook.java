package im.simulator.ledger;

import java.util.Arrays;

/**
 * What each device saw last in each of its conversations: the position, and of each sending device the message. A row
 * belongs to one device and is touched only by that device's callbacks, one at a time.
 */
final class OrderBook {
    private final int[] firstRow;
    private final long[] lastPosition;
    private final int[] firstCell;
    private final int[] lastMessage;

    OrderBook(Roster roster) {
        int conversations = roster.conversations();
        firstRow = new int[conversations];
        firstCell = new int[conversations];
        int rows = 0;
        int cells = 0;
        for (int conversation = 0; conversation < conversations; conversation++) {
            int slots = roster.slots(conversation);
            firstRow[conversation] = rows;
            firstCell[conversation] = cells;
            rows = Math.addExact(rows, slots);
            cells = Math.addExact(cells, slots * slots);
        }
        lastPosition = new long[rows];
        lastMessage = new int[cells];
        Arrays.fill(lastMessage, -1);
    }

    /**
     * Notes a first callback.
     *
     * @return whether it stands behind everything the device had: its position rose, and it was sent after all that the
     *     device had of the same sending device
     */
    boolean rises(int conversation, int slots, int slot, int senderSlot, int message, long position) {
        int row = firstRow[conversation] + slot;
        int cell = firstCell[conversation] + slot * slots + senderSlot;
        boolean rises = position > lastPosition[row] && message > lastMessage[cell];
        lastPosition[row] = Math.max(lastPosition[row], position);
        lastMessage[cell] = Math.max(lastMessage[cell], message);
        return rises;
    }
}
