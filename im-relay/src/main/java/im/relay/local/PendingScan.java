package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Counts the copies that devices are owed still, from messages, devices and cursors alone: the other side of
 * {@link Conservation}'s equation. Reads the whole store; nobody may write meanwhile.
 */
final class PendingScan {

    /**
     * @param others copies of messages of the other uid
     * @param own copies of the device's own uid's messages
     */
    record Pending(long others, long own) {}

    private record Device(String uid, long has) {}

    private final Tables tables;
    private long others;
    private long own;

    private PendingScan(Tables tables) {
        this.tables = tables;
    }

    static Pending run(Tables tables) throws RocksDBException {
        PendingScan scan = new PendingScan(tables);
        scan.messages();
        return new Pending(scan.others, scan.own);
    }

    private void messages() throws RocksDBException {
        String conversation = "";
        List<Device> devices = List.of();
        try (RocksIterator at = tables.db.newIterator(tables.messages)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String name = Keyspace.text(at.key(), 0, at.key().length - 9);
                if (!name.equals(conversation)) {
                    conversation = name;
                    devices = devices(ConversationKey.parse(name));
                }
                message(Keyspace.messagePosition(at.key()), at.value(), devices);
            }
            at.status();
        }
    }

    private void message(long position, byte[] placed, List<Device> devices) {
        String sender = PlacedCodec.origin(placed).sender();
        for (Device device : devices) {
            if (position <= device.has()) {
                continue;
            }
            if (device.uid().equals(sender)) {
                own++;
            } else {
                others++;
            }
        }
    }

    private List<Device> devices(ConversationKey conversation) throws RocksDBException {
        List<Device> devices = new ArrayList<>();
        for (String uid : conversation.uids()) {
            for (Map.Entry<String, Long> device : Recipients.read(tables, uid).entrySet()) {
                byte[] cursor = tables.db.get(tables.cursors, Keyspace.cursor(uid, device.getKey(), conversation));
                devices.add(new Device(uid, Math.max(device.getValue(), StoreReader.number(cursor))));
            }
        }
        return devices;
    }
}
