-- Records decisions of some shards, each shard apart from the others. KEYS: per shard its outbox and its cursor, from
-- which the keys of its choices follow (schemas/redis.go); those share their slot.
-- ARGV: seconds of the hot window, least seconds to keep a choice, choices that fill a bucket, replicas that are waited
--   for, number of templates, per template its name (5) or zeros and its bytes, then per shard headers, templates and rows.
--   headers    per decision: subject (12), id (16), digest (3), u56 microseconds of a replay or 0, u16 days of life,
--              u8 1 if it grants anything, u16 template's place above
--   templates  u16 places above, in the order that the rows count them
--   rows       what else the outbox is told, packed by entry.go and not read here
-- What was erased until when is looked up only for what is not later than anything erased in the shard (erasures.go).
-- A choice in its bucket: version (1), u56 recorded at, u16 first day since 1970 on which it is forgotten, digest (3),
--   id (16), template's name (5), or zeros when the template is kept in a key of its own.
-- Returns per shard ! and what went wrong, or u56 the clock's time and for each decision a status byte (n new,
-- d duplicate, c conflict) and when it was recorded, as a stamp. Strings are never compared by < or >: Redis lets the
-- locale decide that.
-- Nearly all time goes into calls of Redis and new strings and tables: five calls and one table for a new subject.
local VERSION, LAYOUT, NAMELESS = '\2', '2', string.rep('\0', 5)
-- Of outbox entries: what entry.go packs behind a row has grown since.
local ENTRY = '\3'
local HEADER, WIDTH = '>c12c16c3I7I2BI2', 43
-- Names in one shard; what comes later is written out. They are never removed, since entries refer to them.
local MOST_TEMPLATES = 8192
local DAY = 24 * 60 * 60
-- Ids that are no longer the choice's are remembered for the rest of their day and the next two.
local REMEMBERED = 2

local time = redis.call('TIME')
local seconds = tonumber(time[1])
local clock, today = seconds * 1000000 + tonumber(time[2]), math.floor(seconds / DAY)
local window, least, full, replicas = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local TEMPLATES = 5 -- Place in ARGV before the first one.

local function before(a, b)
  for i = 1, 16 do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return false
end

-- recent tells whether the id was made about now, by the client's clock (UUIDv7: 48 bits of milliseconds).
local function recent(id)
  return math.abs(struct.unpack('>I6', id) * 1000 - clock) < DAY * 1000000
end

-- name looks up the templates of a shard and keeps those that it does not know. Where none is given, there is no room,
-- or another template has the name, there is none.
local function name(shard, places, known, first)
  shard.templates, shard.names = {}, {}
  for i = 1, #places / 2 do
    local place = TEMPLATES + 2 * struct.unpack('>I2', places, 2 * i - 1) - 1
    local given, body = ARGV[place], ARGV[place + 1]
    local stored = known[first + i]
    if not stored and given ~= NAMELESS and redis.call('HLEN', shard.cursor) < MOST_TEMPLATES then
      redis.call('HSET', shard.cursor, given, body)
      stored = body
    end
    local named = stored == body
    shard.names[place] = named and given or nil
    shard.templates[i] = named and given or (NAMELESS .. struct.pack('>I2', #body) .. body)
  end
end

-- open reads what a shard is like. Buckets are split one after the other: half is the greatest power of two that is not
-- beyond their number.
local function open(outbox, cursor, places)
  local fields = { 'v', 'n', 'b', 'w', 'e' }
  for i = 1, #places / 2 do
    fields[5 + i] = ARGV[TEMPLATES + 2 * struct.unpack('>I2', places, 2 * i - 1) - 1]
  end
  local known = redis.call('HMGET', cursor, unpack(fields))
  if known[1] ~= LAYOUT then
    if known[1] or known[2] then error('data of layout ' .. (known[1] or 1) .. ', this program keeps layout ' .. LAYOUT, 0) end
    redis.call('HSET', cursor, 'v', LAYOUT)
  end
  local shard = { outbox = outbox, cursor = cursor, tag = cursor:sub(2), waits = known[4], erased = tonumber(known[5] or 0), subjects = {} }
  shard.buckets, shard.half = tonumber(known[3] or 1), 1
  while 2 * shard.half <= shard.buckets do shard.half = 2 * shard.half end
  name(shard, places, known, 5)
  return shard
end

local function bucket(shard, place) return 'c' .. shard.tag .. ':' .. place end

local function bucketOf(shard, subject)
  local place = struct.unpack('>I4', subject) % (2 * shard.half)
  if place >= shard.buckets then place = place - shard.half end
  return bucket(shard, place)
end

-- split shares the choices of the next bucket in turn with a new one, and leaves behind those whose time is over.
local function split(shard)
  local from, to = shard.buckets - shard.half, shard.buckets
  local all, kept, moved = redis.call('HGETALL', bucket(shard, from)), {}, {}
  for i = 1, #all, 2 do
    if struct.unpack('>I2', all[i + 1], 9) > today then
      local into = struct.unpack('>I4', all[i]) % (2 * shard.half) == from and kept or moved
      into[#into + 1], into[#into + 2] = all[i], all[i + 1]
    end
  end
  redis.call('DEL', bucket(shard, from))
  if #kept > 0 then redis.call('HSET', bucket(shard, from), unpack(kept)) end
  if #moved > 0 then redis.call('HSET', bucket(shard, to), unpack(moved)) end
  shard.buckets = to + 1
  if shard.buckets == 2 * shard.half then shard.half = shard.buckets end
  redis.call('HSET', shard.cursor, 'b', shard.buckets)
end

local function load(shard, subject)
  local s = { at = 0, last = 0 }
  shard.subjects[subject] = s
  local packed = redis.call('HGET', bucketOf(shard, subject), subject)
  if not packed then return s end
  if packed:sub(1, 1) ~= VERSION then error('choice of layout ' .. packed:byte(1) .. ', this program keeps layout ' .. LAYOUT, 0) end
  local at, forgotten, digest, id = struct.unpack('>I7I2c3c16', packed, 2)
  if forgotten > today then
    s.at, s.last, s.digest, s.id, s.stored = at, at, digest, id, true
  end
  return s
end

-- find returns when the subject used the id before, and for what.
local function find(shard, subject, s, id)
  if s.id == id then return s.at, s.digest end
  local one = s.former and s.former[id]
  if one then return one.at, one.digest end
  if not s.stored then return end
  for day = today, today - REMEMBERED, -1 do
    one = redis.call('HGET', 'i' .. shard.tag .. ':' .. day, subject .. id)
    if one then return struct.unpack('>I7c3', one) end
  end
end

-- erasedUntil returns until when the subject was erased; 0 when it was not.
local function erasedUntil(shard, subject)
  local order = redis.call('HGET', 'e' .. shard.tag, subject)
  return order and struct.unpack('>I7', order) or 0
end

local function leave(s, id, at, digest)
  s.former = s.former or {}
  s.former[id] = { at = at, digest = digest }
end

-- decide returns when the decision is recorded, and nothing or the status of one that was recorded before.
local function decide(shard, subject, id, digest, at, days, grants, template)
  local s = shard.subjects[subject] or load(shard, subject)
  local known, former = find(shard, subject, s, id)
  if known then return known, former == digest and 'd' or 'c' end
  local replayed = at > 0
  local gone = (replayed and at or clock) <= shard.erased and erasedUntil(shard, subject) or 0
  if replayed and at <= gone then return at, 'd' end
  if not replayed then at = math.max(clock, s.last + 1, gone + 1) end
  local newer = at > s.at or (at == s.at and before(s.id, id))
  -- An id from before the choice's may be a retry of a decision whose id is forgotten: it must not undo a later one.
  -- But it may also come from a clock that was set back, and a withdrawal must take effect (GDPR, article 7(3)): so what
  -- grants nothing is never held back, nor is anything that was decided so lately that it would be remembered.
  local old = grants == 1 and not replayed and s.id and before(id, s.id) and not recent(id)
  if not s.id or (newer and not old) then
    if s.id then leave(s, s.id, s.at, s.digest) end
    s.at, s.id, s.digest, s.days, s.template, s.changed = at, id, digest, days, template, true
  else
    leave(s, id, at, digest)
  end
  s.last = math.max(s.last, at)
  return at
end

local function remember(shard, subject, former)
  local key = 'i' .. shard.tag .. ':' .. today
  local first = redis.call('EXISTS', key) == 0
  for id, one in pairs(former) do
    redis.call('HSET', key, subject .. id, struct.pack('>I7', one.at) .. one.digest)
  end
  if first then redis.call('EXPIREAT', key, (today + REMEMBERED + 1) * DAY) end
end

local function save(shard, subject, s)
  if s.former then remember(shard, subject, s.former) end
  if not s.changed then return end
  local life = math.floor(s.at / 1000000) + s.days * DAY - seconds
  local forgotten = math.min(math.floor((seconds + math.max(math.min(life, window), least)) / DAY) + 1, 65535)
  local place = TEMPLATES + 2 * s.template - 1
  local named = shard.names[place]
  if not named then redis.call('SET', 'a' .. shard.tag .. ':' .. subject, ARGV[place + 1], 'EXAT', forgotten * DAY) end
  local packed = VERSION .. struct.pack('>I7I2', s.at, forgotten) .. s.digest .. s.id .. (named or NAMELESS)
  local key = bucketOf(shard, subject)
  -- Every fourth new choice looks whether there are too many: often enough, and a call less for the others.
  local new = redis.call('HSET', key, subject, packed) == 1
  if new and subject:byte(12) % 4 == 0 and redis.call('HLEN', key) > full then split(shard) end
end

-- stamp packs a time of recording in one byte where it can: 0 for what is not recorded, else one more than the
-- microseconds since the clock's.
local function stamp(at)
  local since = at - clock
  if since >= 0 and since < 254 then return string.char(since + 1) end
  return '\255' .. struct.pack('>I7', at)
end

local function commit(outbox, cursor, headers, places, rows)
  local shard = open(outbox, cursor, places)
  local outcomes, stamps, new = {}, {}, 0
  for i = 1, #headers / WIDTH do
    local recorded, known = decide(shard, struct.unpack(HEADER, headers, (i - 1) * WIDTH + 1))
    local at = stamp(recorded)
    outcomes[i] = (known or 'n') .. at
    stamps[i] = known and '\0' or at
    if not known then new = new + 1 end
  end
  if new > 0 then
    redis.call('XADD', outbox, '*', 'b', ENTRY .. struct.pack('>I7B', clock, #stamps) .. table.concat(stamps) ..
      string.char(#shard.templates) .. table.concat(shard.templates) .. rows)
    redis.call('HINCRBY', cursor, 'n', new)
    if not shard.waits then redis.call('HSET', cursor, 'w', math.floor(clock / 1000)) end
    for subject, s in pairs(shard.subjects) do save(shard, subject, s) end
  elseif replicas > 0 then
    -- Since Redis 7.2, WAIT asks for what its own connection wrote: with this it asks for what a retry is told as well.
    redis.call('HINCRBY', cursor, 'd', #outcomes)
  end
  return struct.pack('>I7', clock) .. table.concat(outcomes)
end

local answers = {}
local place = TEMPLATES + 2 * tonumber(ARGV[5]) + 1
for i = 1, #KEYS, 2 do
  local done, answer = pcall(commit, KEYS[i], KEYS[i + 1], ARGV[place], ARGV[place + 1], ARGV[place + 2])
  if not done then answer = '!' .. (type(answer) == 'table' and answer.err or tostring(answer)) end
  answers[#answers + 1] = answer
  place = place + 3
end
return answers
