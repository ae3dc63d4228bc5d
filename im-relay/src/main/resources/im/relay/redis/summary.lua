-- What a list of conversations shows of one, as of one moment.
--
-- KEYS[1] hash, KEYS[2] stream   of the conversation, as in apply.lua
-- ARGV[1] read    up to where the reader has read
-- ARGV[2] first   1 when the reader is the conversation's first uid, 0 when the second
-- Answers {head or 0, first held or 0, messages of the other uid behind read, then position, prev and envelope of the
-- last message where it is held}

local own = redis.call('HMGET', KEYS[1], 'h', 'k', 'o')
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)

-- k and o of a message count those before it: all, and the first uid's.
local function others(count, of_first)
  if ARGV[2] == '1' then
    return tonumber(count) - tonumber(of_first)
  end
  return tonumber(of_first)
end

local unread = 0
local behind = redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+', 'COUNT', 1)
if #behind > 0 then
  unread = others(own[2], own[3]) - others(behind[1][2][6], behind[1][2][8])
end
local answer = {own[1] or '0', #first > 0 and string.match(first[1][1], '%d+') or '0', unread}
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
if #last > 0 then
  answer[4] = string.match(last[1][1], '%d+')
  answer[5] = last[1][2][2]
  answer[6] = last[1][2][4]
end
return answer
