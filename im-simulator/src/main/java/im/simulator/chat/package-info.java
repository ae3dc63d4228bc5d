/**
 * The scenarios {@code chat}, {@code group} and {@code mixed}: users with one or more devices each talk in pairs, in
 * groups or in both, at a stated total rate whatever the server does, while some of the clients are offline. Builds
 * population, payloads and schedule from a seed, runs the clients, and hands what they report to the ledger. One thread
 * sends, two take clients offline and back, the clients' event loops do the rest. Start with {@link
 * im.simulator.chat.ChatRun}.
 */
@NullMarked
package im.simulator.chat;

import org.jspecify.annotations.NullMarked;
