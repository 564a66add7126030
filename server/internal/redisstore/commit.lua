-- Records the decisions of one shard. KEYS: outbox, cursor, then one per subject.
-- ARGV: seconds of the hot window, least seconds to keep a choice, replicas that are waited for, then per decision a
--   header and a body.
--   header  u16 subject's place in KEYS, id (16), digest (8), u64 microseconds of a replay or 0, u32 seconds of life,
--           u8 1 if it grants anything
--   body    the record as codec.go packs it: version (1 byte), id (16), ...; read here no further than that
-- A subject's value: version (1), u8 number of latest ids, floor (16), per latest id { id (16), u64 recorded at,
--   digest (8) }, u64 recorded at, body of the current choice.
-- Returns per decision one status byte (n new, d duplicate, c conflict) and u64 recorded at.
-- Strings are never compared by < or >: Redis lets the locale decide that.
local VERSION, NOWHERE = '\1', string.rep('\0', 16)
-- At least the latest 16 ids are remembered, and all of the last minute as far as the count's byte goes.
local LATEST, BURST, MOST = 16, 60 * 1000000, 255

local function before(a, b)
  for i = 1, 16 do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return false
end

local function load(key)
  local s = { key = key, latest = {}, byId = {}, floor = NOWHERE, last = 0, at = 0, id = NOWHERE, body = nil }
  local packed = redis.call('GET', key)
  if not packed then return s end
  if packed:sub(1, 1) ~= VERSION then error('unknown version of ' .. key) end
  s.floor = packed:sub(3, 18)
  local place = 19
  for _ = 1, packed:byte(2) do
    local one = { id = packed:sub(place, place + 15), at = struct.unpack('>I8', packed, place + 16), digest = packed:sub(place + 24, place + 31) }
    s.latest[#s.latest + 1] = one
    s.byId[one.id] = one
    s.last = math.max(s.last, one.at)
    place = place + 32
  end
  s.at = struct.unpack('>I8', packed, place)
  s.body = packed:sub(place + 8)
  s.id = s.body:sub(2, 17)
  return s
end

-- forget drops the oldest of the latest ids and raises the floor to it. An id from a client whose clock runs ahead
-- raises the floor no further than its time of recording, or all its later decisions would seem old.
local function forget(s)
  local gone = table.remove(s.latest, 1)
  s.byId[gone.id] = nil
  local floor, ceiling = gone.id, struct.pack('>I6', math.floor(gone.at / 1000)) .. string.rep('\0', 10)
  if before(ceiling, floor) then floor = ceiling end
  if before(s.floor, floor) then s.floor = floor end
end

local function remember(s, id, at, digest, clock)
  local one = { id = id, at = at, digest = digest }
  s.latest[#s.latest + 1] = one
  s.byId[id] = one
  s.last = math.max(s.last, at)
  while #s.latest > MOST or (#s.latest > LATEST and s.latest[1].at < clock - BURST) do
    forget(s)
  end
end

local function save(s, window, least, seconds)
  local parts = { VERSION, string.char(#s.latest), s.floor }
  for _, one in ipairs(s.latest) do
    parts[#parts + 1] = one.id .. struct.pack('>I8', one.at) .. one.digest
  end
  parts[#parts + 1] = struct.pack('>I8', s.at) .. s.body
  local packed = table.concat(parts)
  if not s.life then
    redis.call('SET', s.key, packed, 'KEEPTTL')
    return
  end
  local left = math.min(math.floor(s.at / 1000000) + s.life - seconds, window)
  redis.call('SET', s.key, packed, 'EX', math.max(left, least))
end

local time = redis.call('TIME')
local seconds = tonumber(time[1])
local clock = seconds * 1000000 + tonumber(time[2])
local window, least = tonumber(ARGV[1]), tonumber(ARGV[2])
local subjects, outcomes, entry = {}, {}, { VERSION }

local function record(header, body)
  local place, id, digest, at, life, grants = struct.unpack('>I2c16c8I8I4B', header)
  local s = subjects[place] or load(KEYS[place])
  subjects[place] = s
  local known = s.byId[id]
  if known then
    return (known.digest == digest and 'd' or 'c') .. struct.pack('>I8', known.at)
  end
  local replayed = at > 0
  if not replayed then at = math.max(clock, s.at + 1, s.last + 1) end
  local newer = at > s.at or (at == s.at and before(s.id, id))
  -- An id at or below the floor may be a retry of a decision whose id is forgotten: it must not undo a later one. But
  -- it may also come from a clock that was set back, and a withdrawal must take effect (GDPR, article 7(3)): so what
  -- grants nothing is never held back.
  local old = grants == 1 and not replayed and not before(s.floor, id)
  if not s.body or (newer and not old) then
    s.at, s.id, s.body, s.life = at, id, body, life
  end
  remember(s, id, at, digest, clock)
  s.changed = true
  entry[#entry + 1] = struct.pack('>I8I4', at, #body) .. body
  return 'n' .. struct.pack('>I8', at)
end

for i = 4, #ARGV, 2 do
  outcomes[#outcomes + 1] = record(ARGV[i], ARGV[i + 1])
end
if #entry > 1 then
  redis.call('XADD', KEYS[1], '*', 'b', table.concat(entry))
  redis.call('HINCRBY', KEYS[2], 'n', #entry - 1)
  redis.call('HSETNX', KEYS[2], 'w', math.floor(clock / 1000))
  for _, s in pairs(subjects) do
    if s.changed then save(s, window, least, seconds) end
  end
elseif tonumber(ARGV[3]) > 0 then
  -- Since Redis 7.2, WAIT asks for what its own connection wrote: with this it asks for what a retry is told as well.
  redis.call('HINCRBY', KEYS[2], 'd', #outcomes)
end
return table.concat(outcomes)
