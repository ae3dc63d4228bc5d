/**
 * What every session of this process is given: the ports it works with, the terms it keeps to, the figures it counts in,
 * and what sessions must know of each other. {@link im.gateway.service.SessionServices} holds it all. Any thread.
 */
@NullMarked
package im.gateway.service;

import org.jspecify.annotations.NullMarked;
