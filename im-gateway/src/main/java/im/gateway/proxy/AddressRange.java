package im.gateway.proxy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** IP addresses that begin with the same bits: {@code 10.0.0.0/8}, {@code 192.0.2.7}, {@code 2001:db8::/32}. Immutable. */
public final class AddressRange {
    private final byte[] network;
    private final int bits;

    private AddressRange(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /**
     * Looks nothing up: only addresses in digits are read.
     *
     * @throws IllegalArgumentException if it is no address, or one with more bits set than its prefix has
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte @Nullable [] address =
                NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        if (address == null || text.indexOf('%') >= 0 || text.startsWith("[")) {
            throw new IllegalArgumentException("no IP address");
        }
        int most = address.length * 8;
        int bits = slash < 0 ? most : bits(text.substring(slash + 1));
        if (bits > most || !isZeroBehind(address, bits)) {
            throw new IllegalArgumentException("no prefix of that address");
        }
        return new AddressRange(address, bits);
    }

    private static int bits(String text) {
        if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("no prefix length");
        }
        return Integer.parseInt(text);
    }

    private static boolean isZeroBehind(byte[] address, int bits) {
        for (int i = bits; i < address.length * 8; i++) {
            if (bit(address, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean bit(byte[] address, int index) {
        return (address[index / 8] >> (7 - index % 8) & 1) == 1;
    }

    /** An IPv4 address that is written as an IPv6 one is the IPv4 address. */
    public boolean contains(InetAddress address) {
        byte[] asked = address.getAddress();
        if (asked.length != network.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            if (bit(asked, i) != bit(network, i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && bits == range.bits && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + bits;
    }

    @Override
    public String toString() {
        String address = NetUtil.bytesToIpAddress(network);
        return bits == network.length * 8 ? address : address + "/" + bits;
    }
}
