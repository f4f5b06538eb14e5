// Made by scripts/make-locations from Debian's package tzdata: do not edit.
#include "placement/zone_points.hpp"

// clang-format off
namespace mycostr::placement {
namespace {

constexpr Coordinates kPoints[] = {
    {42.5, 1.517},  // AD, Europe/Andorra
    {25.3, 55.3},  // AE, Asia/Dubai
    {34.517, 69.2},  // AF, Asia/Kabul
    {17.05, -61.8},  // AG, America/Antigua
    {18.2, -63.067},  // AI, America/Anguilla
    {41.333, 19.833},  // AL, Europe/Tirane
    {40.183, 44.5},  // AM, Asia/Yerevan
    {-8.8, 13.233},  // AO, Africa/Luanda
    {-77.833, 166.6},  // AQ, Antarctica/McMurdo
    {-66.283, 110.517},  // AQ, Antarctica/Casey
    {-68.583, 77.967},  // AQ, Antarctica/Davis
    {-66.667, 140.017},  // AQ, Antarctica/DumontDUrville
    {-67.6, 62.883},  // AQ, Antarctica/Mawson
    {-64.8, -64.1},  // AQ, Antarctica/Palmer
    {-67.567, -68.133},  // AQ, Antarctica/Rothera
    {-69.006, 39.59},  // AQ, Antarctica/Syowa
    {-72.011, 2.535},  // AQ, Antarctica/Troll
    {-78.4, 106.9},  // AQ, Antarctica/Vostok
    {-34.6, -58.45},  // AR, America/Argentina/Buenos_Aires
    {-31.4, -64.183},  // AR, America/Argentina/Cordoba
    {-24.783, -65.417},  // AR, America/Argentina/Salta
    {-24.183, -65.3},  // AR, America/Argentina/Jujuy
    {-26.817, -65.217},  // AR, America/Argentina/Tucuman
    {-28.467, -65.783},  // AR, America/Argentina/Catamarca
    {-29.433, -66.85},  // AR, America/Argentina/La_Rioja
    {-31.533, -68.517},  // AR, America/Argentina/San_Juan
    {-32.883, -68.817},  // AR, America/Argentina/Mendoza
    {-33.317, -66.35},  // AR, America/Argentina/San_Luis
    {-51.633, -69.217},  // AR, America/Argentina/Rio_Gallegos
    {-54.8, -68.3},  // AR, America/Argentina/Ushuaia
    {-14.267, -170.7},  // AS, Pacific/Pago_Pago
    {48.217, 16.333},  // AT, Europe/Vienna
    {-33.867, 151.217},  // AU, Australia/Sydney
    {-31.55, 159.083},  // AU, Australia/Lord_Howe
    {-54.5, 158.95},  // AU, Antarctica/Macquarie
    {-42.883, 147.317},  // AU, Australia/Hobart
    {-37.817, 144.967},  // AU, Australia/Melbourne
    {-31.95, 141.45},  // AU, Australia/Broken_Hill
    {-27.467, 153.033},  // AU, Australia/Brisbane
    {-20.267, 149.0},  // AU, Australia/Lindeman
    {-34.917, 138.583},  // AU, Australia/Adelaide
    {-12.467, 130.833},  // AU, Australia/Darwin
    {-31.95, 115.85},  // AU, Australia/Perth
    {-31.717, 128.867},  // AU, Australia/Eucla
    {12.5, -69.967},  // AW, America/Aruba
    {60.1, 19.95},  // AX, Europe/Mariehamn
    {40.383, 49.85},  // AZ, Asia/Baku
    {43.867, 18.417},  // BA, Europe/Sarajevo
    {13.1, -59.617},  // BB, America/Barbados
    {23.717, 90.417},  // BD, Asia/Dhaka
    {50.833, 4.333},  // BE, Europe/Brussels
    {12.367, -1.517},  // BF, Africa/Ouagadougou
    {42.683, 23.317},  // BG, Europe/Sofia
    {26.383, 50.583},  // BH, Asia/Bahrain
    {-3.383, 29.367},  // BI, Africa/Bujumbura
    {6.483, 2.617},  // BJ, Africa/Porto-Novo
    {17.883, -62.85},  // BL, America/St_Barthelemy
    {32.283, -64.767},  // BM, Atlantic/Bermuda
    {4.933, 114.917},  // BN, Asia/Brunei
    {-16.5, -68.15},  // BO, America/La_Paz
    {12.151, -68.277},  // BQ, America/Kralendijk
    {-23.533, -46.617},  // BR, America/Sao_Paulo
    {-3.85, -32.417},  // BR, America/Noronha
    {-1.45, -48.483},  // BR, America/Belem
    {-3.717, -38.5},  // BR, America/Fortaleza
    {-8.05, -34.9},  // BR, America/Recife
    {-7.2, -48.2},  // BR, America/Araguaina
    {-9.667, -35.717},  // BR, America/Maceio
    {-12.983, -38.517},  // BR, America/Bahia
    {-20.45, -54.617},  // BR, America/Campo_Grande
    {-15.583, -56.083},  // BR, America/Cuiaba
    {-2.433, -54.867},  // BR, America/Santarem
    {-8.767, -63.9},  // BR, America/Porto_Velho
    {2.817, -60.667},  // BR, America/Boa_Vista
    {-3.133, -60.017},  // BR, America/Manaus
    {-6.667, -69.867},  // BR, America/Eirunepe
    {-9.967, -67.8},  // BR, America/Rio_Branco
    {25.083, -77.35},  // BS, America/Nassau
    {27.467, 89.65},  // BT, Asia/Thimphu
    {-54.417, 3.367},  // BV, no zone
    {-24.65, 25.917},  // BW, Africa/Gaborone
    {53.9, 27.567},  // BY, Europe/Minsk
    {17.5, -88.2},  // BZ, America/Belize
    {43.65, -79.383},  // CA, America/Toronto
    {47.567, -52.717},  // CA, America/St_Johns
    {44.65, -63.6},  // CA, America/Halifax
    {46.2, -59.95},  // CA, America/Glace_Bay
    {46.1, -64.783},  // CA, America/Moncton
    {53.333, -60.417},  // CA, America/Goose_Bay
    {51.417, -57.117},  // CA, America/Blanc-Sablon
    {63.733, -68.467},  // CA, America/Iqaluit
    {48.759, -91.622},  // CA, America/Atikokan
    {49.883, -97.15},  // CA, America/Winnipeg
    {74.696, -94.829},  // CA, America/Resolute
    {62.817, -92.083},  // CA, America/Rankin_Inlet
    {50.4, -104.65},  // CA, America/Regina
    {50.283, -107.833},  // CA, America/Swift_Current
    {53.55, -113.467},  // CA, America/Edmonton
    {69.114, -105.053},  // CA, America/Cambridge_Bay
    {68.35, -133.717},  // CA, America/Inuvik
    {49.1, -116.517},  // CA, America/Creston
    {55.767, -120.233},  // CA, America/Dawson_Creek
    {58.8, -122.7},  // CA, America/Fort_Nelson
    {60.717, -135.05},  // CA, America/Whitehorse
    {64.067, -139.417},  // CA, America/Dawson
    {49.267, -123.117},  // CA, America/Vancouver
    {-12.167, 96.917},  // CC, Indian/Cocos
    {-4.3, 15.3},  // CD, Africa/Kinshasa
    {-11.667, 27.467},  // CD, Africa/Lubumbashi
    {4.367, 18.583},  // CF, Africa/Bangui
    {-4.267, 15.283},  // CG, Africa/Brazzaville
    {47.383, 8.533},  // CH, Europe/Zurich
    {5.317, -4.033},  // CI, Africa/Abidjan
    {-21.233, -159.767},  // CK, Pacific/Rarotonga
    {-33.45, -70.667},  // CL, America/Santiago
    {-45.567, -72.067},  // CL, America/Coyhaique
    {-53.15, -70.917},  // CL, America/Punta_Arenas
    {-27.15, -109.433},  // CL, Pacific/Easter
    {4.05, 9.7},  // CM, Africa/Douala
    {31.233, 121.467},  // CN, Asia/Shanghai
    {43.8, 87.583},  // CN, Asia/Urumqi
    {4.6, -74.083},  // CO, America/Bogota
    {9.933, -84.083},  // CR, America/Costa_Rica
    {23.133, -82.367},  // CU, America/Havana
    {14.917, -23.517},  // CV, Atlantic/Cape_Verde
    {12.183, -69.0},  // CW, America/Curacao
    {-10.417, 105.717},  // CX, Indian/Christmas
    {35.167, 33.367},  // CY, Asia/Nicosia
    {35.117, 33.95},  // CY, Asia/Famagusta
    {50.083, 14.433},  // CZ, Europe/Prague
    {52.5, 13.367},  // DE, Europe/Berlin
    {47.7, 8.683},  // DE, Europe/Busingen
    {11.6, 43.15},  // DJ, Africa/Djibouti
    {55.667, 12.583},  // DK, Europe/Copenhagen
    {15.3, -61.4},  // DM, America/Dominica
    {18.467, -69.9},  // DO, America/Santo_Domingo
    {36.783, 3.05},  // DZ, Africa/Algiers
    {-2.167, -79.833},  // EC, America/Guayaquil
    {-0.9, -89.6},  // EC, Pacific/Galapagos
    {59.417, 24.75},  // EE, Europe/Tallinn
    {30.05, 31.25},  // EG, Africa/Cairo
    {27.15, -13.2},  // EH, Africa/El_Aaiun
    {15.333, 38.883},  // ER, Africa/Asmara
    {40.4, -3.683},  // ES, Europe/Madrid
    {35.883, -5.317},  // ES, Africa/Ceuta
    {28.1, -15.4},  // ES, Atlantic/Canary
    {9.033, 38.7},  // ET, Africa/Addis_Ababa
    {60.167, 24.967},  // FI, Europe/Helsinki
    {-18.133, 178.417},  // FJ, Pacific/Fiji
    {-51.7, -57.85},  // FK, Atlantic/Stanley
    {6.967, 158.217},  // FM, Pacific/Pohnpei
    {7.417, 151.783},  // FM, Pacific/Chuuk
    {5.317, 162.983},  // FM, Pacific/Kosrae
    {62.017, -6.767},  // FO, Atlantic/Faroe
    {48.867, 2.333},  // FR, Europe/Paris
    {0.383, 9.45},  // GA, Africa/Libreville
    {51.508, -0.125},  // GB, Europe/London
    {12.05, -61.75},  // GD, America/Grenada
    {41.717, 44.817},  // GE, Asia/Tbilisi
    {4.933, -52.333},  // GF, America/Cayenne
    {49.455, -2.536},  // GG, Europe/Guernsey
    {5.55, -0.217},  // GH, Africa/Accra
    {36.133, -5.35},  // GI, Europe/Gibraltar
    {64.183, -51.733},  // GL, America/Nuuk
    {76.767, -18.667},  // GL, America/Danmarkshavn
    {70.483, -21.967},  // GL, America/Scoresbysund
    {76.567, -68.783},  // GL, America/Thule
    {13.467, -16.65},  // GM, Africa/Banjul
    {9.517, -13.717},  // GN, Africa/Conakry
    {16.233, -61.533},  // GP, America/Guadeloupe
    {3.75, 8.783},  // GQ, Africa/Malabo
    {37.967, 23.717},  // GR, Europe/Athens
    {-54.267, -36.533},  // GS, Atlantic/South_Georgia
    {14.633, -90.517},  // GT, America/Guatemala
    {13.467, 144.75},  // GU, Pacific/Guam
    {11.85, -15.583},  // GW, Africa/Bissau
    {6.8, -58.167},  // GY, America/Guyana
    {22.283, 114.15},  // HK, Asia/Hong_Kong
    {-53.1, 73.517},  // HM, no zone
    {14.1, -87.217},  // HN, America/Tegucigalpa
    {45.8, 15.967},  // HR, Europe/Zagreb
    {18.533, -72.333},  // HT, America/Port-au-Prince
    {47.5, 19.083},  // HU, Europe/Budapest
    {-6.167, 106.8},  // ID, Asia/Jakarta
    {-0.033, 109.333},  // ID, Asia/Pontianak
    {-5.117, 119.4},  // ID, Asia/Makassar
    {-2.533, 140.7},  // ID, Asia/Jayapura
    {53.333, -6.25},  // IE, Europe/Dublin
    {31.781, 35.224},  // IL, Asia/Jerusalem
    {54.15, -4.467},  // IM, Europe/Isle_of_Man
    {22.533, 88.367},  // IN, Asia/Kolkata
    {-7.333, 72.417},  // IO, Indian/Chagos
    {33.35, 44.417},  // IQ, Asia/Baghdad
    {35.667, 51.433},  // IR, Asia/Tehran
    {64.15, -21.85},  // IS, Atlantic/Reykjavik
    {41.9, 12.483},  // IT, Europe/Rome
    {49.184, -2.107},  // JE, Europe/Jersey
    {17.968, -76.793},  // JM, America/Jamaica
    {31.95, 35.933},  // JO, Asia/Amman
    {35.654, 139.745},  // JP, Asia/Tokyo
    {-1.283, 36.817},  // KE, Africa/Nairobi
    {42.9, 74.6},  // KG, Asia/Bishkek
    {11.55, 104.917},  // KH, Asia/Phnom_Penh
    {1.417, 173.0},  // KI, Pacific/Tarawa
    {-2.783, -171.717},  // KI, Pacific/Kanton
    {1.867, -157.333},  // KI, Pacific/Kiritimati
    {-11.683, 43.267},  // KM, Indian/Comoro
    {17.3, -62.717},  // KN, America/St_Kitts
    {39.017, 125.75},  // KP, Asia/Pyongyang
    {37.55, 126.967},  // KR, Asia/Seoul
    {29.333, 47.983},  // KW, Asia/Kuwait
    {19.3, -81.383},  // KY, America/Cayman
    {43.25, 76.95},  // KZ, Asia/Almaty
    {44.8, 65.467},  // KZ, Asia/Qyzylorda
    {53.2, 63.617},  // KZ, Asia/Qostanay
    {50.283, 57.167},  // KZ, Asia/Aqtobe
    {44.517, 50.267},  // KZ, Asia/Aqtau
    {47.117, 51.933},  // KZ, Asia/Atyrau
    {51.217, 51.35},  // KZ, Asia/Oral
    {17.967, 102.6},  // LA, Asia/Vientiane
    {33.883, 35.5},  // LB, Asia/Beirut
    {14.017, -61.0},  // LC, America/St_Lucia
    {47.15, 9.517},  // LI, Europe/Vaduz
    {6.933, 79.85},  // LK, Asia/Colombo
    {6.3, -10.783},  // LR, Africa/Monrovia
    {-29.467, 27.5},  // LS, Africa/Maseru
    {54.683, 25.317},  // LT, Europe/Vilnius
    {49.6, 6.15},  // LU, Europe/Luxembourg
    {56.95, 24.1},  // LV, Europe/Riga
    {32.9, 13.183},  // LY, Africa/Tripoli
    {33.65, -7.583},  // MA, Africa/Casablanca
    {43.7, 7.383},  // MC, Europe/Monaco
    {47.0, 28.833},  // MD, Europe/Chisinau
    {42.433, 19.267},  // ME, Europe/Podgorica
    {18.067, -63.083},  // MF, America/Marigot
    {-18.917, 47.517},  // MG, Indian/Antananarivo
    {7.15, 171.2},  // MH, Pacific/Majuro
    {9.083, 167.333},  // MH, Pacific/Kwajalein
    {41.983, 21.433},  // MK, Europe/Skopje
    {12.65, -8.0},  // ML, Africa/Bamako
    {16.783, 96.167},  // MM, Asia/Yangon
    {47.917, 106.883},  // MN, Asia/Ulaanbaatar
    {48.017, 91.65},  // MN, Asia/Hovd
    {22.197, 113.542},  // MO, Asia/Macau
    {15.2, 145.75},  // MP, Pacific/Saipan
    {14.6, -61.083},  // MQ, America/Martinique
    {18.1, -15.95},  // MR, Africa/Nouakchott
    {16.717, -62.217},  // MS, America/Montserrat
    {35.9, 14.517},  // MT, Europe/Malta
    {-20.167, 57.5},  // MU, Indian/Mauritius
    {4.167, 73.5},  // MV, Indian/Maldives
    {-15.783, 35.0},  // MW, Africa/Blantyre
    {19.4, -99.15},  // MX, America/Mexico_City
    {21.083, -86.767},  // MX, America/Cancun
    {20.967, -89.617},  // MX, America/Merida
    {25.667, -100.317},  // MX, America/Monterrey
    {25.833, -97.5},  // MX, America/Matamoros
    {28.633, -106.083},  // MX, America/Chihuahua
    {31.733, -106.483},  // MX, America/Ciudad_Juarez
    {29.567, -104.417},  // MX, America/Ojinaga
    {23.217, -106.417},  // MX, America/Mazatlan
    {20.8, -105.25},  // MX, America/Bahia_Banderas
    {29.067, -110.967},  // MX, America/Hermosillo
    {32.533, -117.017},  // MX, America/Tijuana
    {3.167, 101.7},  // MY, Asia/Kuala_Lumpur
    {1.55, 110.333},  // MY, Asia/Kuching
    {-25.967, 32.583},  // MZ, Africa/Maputo
    {-22.567, 17.1},  // NA, Africa/Windhoek
    {-22.267, 166.45},  // NC, Pacific/Noumea
    {13.517, 2.117},  // NE, Africa/Niamey
    {-29.05, 167.967},  // NF, Pacific/Norfolk
    {6.45, 3.4},  // NG, Africa/Lagos
    {12.15, -86.283},  // NI, America/Managua
    {52.367, 4.9},  // NL, Europe/Amsterdam
    {59.917, 10.75},  // NO, Europe/Oslo
    {27.717, 85.317},  // NP, Asia/Kathmandu
    {-0.517, 166.917},  // NR, Pacific/Nauru
    {-19.017, -169.917},  // NU, Pacific/Niue
    {-36.867, 174.767},  // NZ, Pacific/Auckland
    {-43.95, -176.55},  // NZ, Pacific/Chatham
    {23.6, 58.583},  // OM, Asia/Muscat
    {8.967, -79.533},  // PA, America/Panama
    {-12.05, -77.05},  // PE, America/Lima
    {-17.533, -149.567},  // PF, Pacific/Tahiti
    {-9.0, -139.5},  // PF, Pacific/Marquesas
    {-23.133, -134.95},  // PF, Pacific/Gambier
    {-9.5, 147.167},  // PG, Pacific/Port_Moresby
    {-6.217, 155.567},  // PG, Pacific/Bougainville
    {14.587, 120.968},  // PH, Asia/Manila
    {24.867, 67.05},  // PK, Asia/Karachi
    {52.25, 21.0},  // PL, Europe/Warsaw
    {47.05, -56.333},  // PM, America/Miquelon
    {-25.067, -130.083},  // PN, Pacific/Pitcairn
    {18.468, -66.106},  // PR, America/Puerto_Rico
    {31.5, 34.467},  // PS, Asia/Gaza
    {31.533, 35.095},  // PS, Asia/Hebron
    {38.717, -9.133},  // PT, Europe/Lisbon
    {32.633, -16.9},  // PT, Atlantic/Madeira
    {37.733, -25.667},  // PT, Atlantic/Azores
    {7.333, 134.483},  // PW, Pacific/Palau
    {-25.267, -57.667},  // PY, America/Asuncion
    {25.283, 51.533},  // QA, Asia/Qatar
    {-20.867, 55.467},  // RE, Indian/Reunion
    {44.433, 26.1},  // RO, Europe/Bucharest
    {44.833, 20.5},  // RS, Europe/Belgrade
    {55.756, 37.618},  // RU, Europe/Moscow
    {54.717, 20.5},  // RU, Europe/Kaliningrad
    {58.6, 49.65},  // RU, Europe/Kirov
    {48.733, 44.417},  // RU, Europe/Volgograd
    {46.35, 48.05},  // RU, Europe/Astrakhan
    {51.567, 46.033},  // RU, Europe/Saratov
    {54.333, 48.4},  // RU, Europe/Ulyanovsk
    {53.2, 50.15},  // RU, Europe/Samara
    {56.85, 60.6},  // RU, Asia/Yekaterinburg
    {55.0, 73.4},  // RU, Asia/Omsk
    {55.033, 82.917},  // RU, Asia/Novosibirsk
    {53.367, 83.75},  // RU, Asia/Barnaul
    {56.5, 84.967},  // RU, Asia/Tomsk
    {53.75, 87.117},  // RU, Asia/Novokuznetsk
    {56.017, 92.833},  // RU, Asia/Krasnoyarsk
    {52.267, 104.333},  // RU, Asia/Irkutsk
    {52.05, 113.467},  // RU, Asia/Chita
    {62.0, 129.667},  // RU, Asia/Yakutsk
    {62.656, 135.554},  // RU, Asia/Khandyga
    {43.167, 131.933},  // RU, Asia/Vladivostok
    {64.56, 143.227},  // RU, Asia/Ust-Nera
    {59.567, 150.8},  // RU, Asia/Magadan
    {46.967, 142.7},  // RU, Asia/Sakhalin
    {67.467, 153.717},  // RU, Asia/Srednekolymsk
    {53.017, 158.65},  // RU, Asia/Kamchatka
    {64.75, 177.483},  // RU, Asia/Anadyr
    {-1.95, 30.067},  // RW, Africa/Kigali
    {24.633, 46.717},  // SA, Asia/Riyadh
    {-9.533, 160.2},  // SB, Pacific/Guadalcanal
    {-4.667, 55.467},  // SC, Indian/Mahe
    {15.6, 32.533},  // SD, Africa/Khartoum
    {59.333, 18.05},  // SE, Europe/Stockholm
    {1.283, 103.85},  // SG, Asia/Singapore
    {-15.917, -5.7},  // SH, Atlantic/St_Helena
    {46.05, 14.517},  // SI, Europe/Ljubljana
    {78.0, 16.0},  // SJ, Arctic/Longyearbyen
    {48.15, 17.117},  // SK, Europe/Bratislava
    {8.5, -13.25},  // SL, Africa/Freetown
    {43.917, 12.467},  // SM, Europe/San_Marino
    {14.667, -17.433},  // SN, Africa/Dakar
    {2.067, 45.367},  // SO, Africa/Mogadishu
    {5.833, -55.167},  // SR, America/Paramaribo
    {4.85, 31.617},  // SS, Africa/Juba
    {0.333, 6.733},  // ST, Africa/Sao_Tome
    {13.7, -89.2},  // SV, America/El_Salvador
    {18.051, -63.047},  // SX, America/Lower_Princes
    {33.5, 36.3},  // SY, Asia/Damascus
    {-26.3, 31.1},  // SZ, Africa/Mbabane
    {21.467, -71.133},  // TC, America/Grand_Turk
    {12.117, 15.05},  // TD, Africa/Ndjamena
    {-49.353, 70.218},  // TF, Indian/Kerguelen
    {6.133, 1.217},  // TG, Africa/Lome
    {13.75, 100.517},  // TH, Asia/Bangkok
    {38.583, 68.8},  // TJ, Asia/Dushanbe
    {-9.367, -171.233},  // TK, Pacific/Fakaofo
    {-8.55, 125.583},  // TL, Asia/Dili
    {37.95, 58.383},  // TM, Asia/Ashgabat
    {36.8, 10.183},  // TN, Africa/Tunis
    {-21.133, -175.2},  // TO, Pacific/Tongatapu
    {41.017, 28.967},  // TR, Europe/Istanbul
    {10.65, -61.517},  // TT, America/Port_of_Spain
    {-8.517, 179.217},  // TV, Pacific/Funafuti
    {25.05, 121.5},  // TW, Asia/Taipei
    {-6.8, 39.283},  // TZ, Africa/Dar_es_Salaam
    {50.433, 30.517},  // UA, Europe/Kyiv
    {44.95, 34.1},  // UA, Europe/Simferopol
    {0.317, 32.417},  // UG, Africa/Kampala
    {28.217, -177.367},  // UM, Pacific/Midway
    {19.283, 166.617},  // UM, Pacific/Wake
    {40.714, -74.006},  // US, America/New_York
    {42.331, -83.046},  // US, America/Detroit
    {38.254, -85.759},  // US, America/Kentucky/Louisville
    {36.83, -84.849},  // US, America/Kentucky/Monticello
    {39.768, -86.158},  // US, America/Indiana/Indianapolis
    {38.677, -87.529},  // US, America/Indiana/Vincennes
    {41.051, -86.603},  // US, America/Indiana/Winamac
    {38.376, -86.345},  // US, America/Indiana/Marengo
    {38.492, -87.279},  // US, America/Indiana/Petersburg
    {38.748, -85.067},  // US, America/Indiana/Vevay
    {41.85, -87.65},  // US, America/Chicago
    {37.953, -86.761},  // US, America/Indiana/Tell_City
    {41.296, -86.625},  // US, America/Indiana/Knox
    {45.108, -87.614},  // US, America/Menominee
    {47.116, -101.299},  // US, America/North_Dakota/Center
    {46.845, -101.411},  // US, America/North_Dakota/New_Salem
    {47.264, -101.778},  // US, America/North_Dakota/Beulah
    {39.739, -104.984},  // US, America/Denver
    {43.614, -116.203},  // US, America/Boise
    {33.448, -112.073},  // US, America/Phoenix
    {34.052, -118.243},  // US, America/Los_Angeles
    {61.218, -149.9},  // US, America/Anchorage
    {58.302, -134.42},  // US, America/Juneau
    {57.176, -135.302},  // US, America/Sitka
    {55.127, -131.576},  // US, America/Metlakatla
    {59.547, -139.727},  // US, America/Yakutat
    {64.501, -165.406},  // US, America/Nome
    {51.88, -176.658},  // US, America/Adak
    {21.307, -157.858},  // US, Pacific/Honolulu
    {-34.909, -56.213},  // UY, America/Montevideo
    {39.667, 66.8},  // UZ, Asia/Samarkand
    {41.333, 69.3},  // UZ, Asia/Tashkent
    {41.902, 12.453},  // VA, Europe/Vatican
    {13.15, -61.233},  // VC, America/St_Vincent
    {10.5, -66.933},  // VE, America/Caracas
    {18.45, -64.617},  // VG, America/Tortola
    {18.35, -64.933},  // VI, America/St_Thomas
    {10.75, 106.667},  // VN, Asia/Ho_Chi_Minh
    {-17.667, 168.417},  // VU, Pacific/Efate
    {-13.3, -176.167},  // WF, Pacific/Wallis
    {-13.833, -171.733},  // WS, Pacific/Apia
    {12.75, 45.2},  // YE, Asia/Aden
    {-12.783, 45.233},  // YT, Indian/Mayotte
    {-26.25, 28.0},  // ZA, Africa/Johannesburg
    {-15.417, 28.283},  // ZM, Africa/Lusaka
    {-17.833, 31.05},  // ZW, Africa/Harare
};

constexpr CountryPoints kCountries[] = {
    {"AD", 0, 1, 300},
    {"AE", 1, 1, 300},
    {"AF", 2, 1, 900},
    {"AG", 3, 1, 300},
    {"AI", 4, 1, 300},
    {"AL", 5, 1, 300},
    {"AM", 6, 1, 300},
    {"AO", 7, 1, 1500},
    {"AQ", 8, 10, 1500},
    {"AR", 18, 12, 1200},
    {"AS", 30, 1, 600},
    {"AT", 31, 1, 600},
    {"AU", 32, 12, 1500},
    {"AW", 44, 1, 300},
    {"AX", 45, 1, 300},
    {"AZ", 46, 1, 600},
    {"BA", 47, 1, 300},
    {"BB", 48, 1, 300},
    {"BD", 49, 1, 600},
    {"BE", 50, 1, 300},
    {"BF", 51, 1, 600},
    {"BG", 52, 1, 600},
    {"BH", 53, 1, 300},
    {"BI", 54, 1, 300},
    {"BJ", 55, 1, 900},
    {"BL", 56, 1, 300},
    {"BM", 57, 1, 300},
    {"BN", 58, 1, 300},
    {"BO", 59, 1, 1500},
    {"BQ", 60, 1, 900},
    {"BR", 61, 16, 1500},
    {"BS", 77, 1, 600},
    {"BT", 78, 1, 300},
    {"BV", 79, 1, 300},
    {"BW", 80, 1, 900},
    {"BY", 81, 1, 600},
    {"BZ", 82, 1, 300},
    {"CA", 83, 23, 1500},
    {"CC", 106, 1, 300},
    {"CD", 107, 2, 2000},
    {"CF", 109, 1, 1200},
    {"CG", 110, 1, 1200},
    {"CH", 111, 1, 300},
    {"CI", 112, 1, 900},
    {"CK", 113, 1, 1500},
    {"CL", 114, 4, 2000},
    {"CM", 118, 1, 1200},
    {"CN", 119, 2, 3000},
    {"CO", 121, 1, 1500},
    {"CR", 122, 1, 300},
    {"CU", 123, 1, 1200},
    {"CV", 124, 1, 300},
    {"CW", 125, 1, 300},
    {"CX", 126, 1, 300},
    {"CY", 127, 2, 600},
    {"CZ", 129, 1, 600},
    {"DE", 130, 2, 600},
    {"DJ", 132, 1, 600},
    {"DK", 133, 1, 600},
    {"DM", 134, 1, 300},
    {"DO", 135, 1, 300},
    {"DZ", 136, 1, 2000},
    {"EC", 137, 2, 600},
    {"EE", 139, 1, 300},
    {"EG", 140, 1, 1200},
    {"EH", 141, 1, 900},
    {"ER", 142, 1, 600},
    {"ES", 143, 3, 900},
    {"ET", 146, 1, 900},
    {"FI", 147, 1, 1200},
    {"FJ", 148, 1, 900},
    {"FK", 149, 1, 300},
    {"FM", 150, 3, 2000},
    {"FO", 153, 1, 600},
    {"FR", 154, 1, 1200},
    {"GA", 155, 1, 900},
    {"GB", 156, 1, 1200},
    {"GD", 157, 1, 300},
    {"GE", 158, 1, 600},
    {"GF", 159, 1, 600},
    {"GG", 160, 1, 300},
    {"GH", 161, 1, 900},
    {"GI", 162, 1, 300},
    {"GL", 163, 4, 900},
    {"GM", 167, 1, 300},
    {"GN", 168, 1, 900},
    {"GP", 169, 1, 300},
    {"GQ", 170, 1, 900},
    {"GR", 171, 1, 600},
    {"GS", 172, 1, 300},
    {"GT", 173, 1, 600},
    {"GU", 174, 1, 300},
    {"GW", 175, 1, 300},
    {"GY", 176, 1, 900},
    {"HK", 177, 1, 300},
    {"HM", 178, 1, 300},
    {"HN", 179, 1, 600},
    {"HR", 180, 1, 600},
    {"HT", 181, 1, 300},
    {"HU", 182, 1, 600},
    {"ID", 183, 4, 2000},
    {"IE", 187, 1, 600},
    {"IL", 188, 1, 300},
    {"IM", 189, 1, 300},
    {"IN", 190, 1, 2500},
    {"IO", 191, 1, 300},
    {"IQ", 192, 1, 600},
    {"IR", 193, 1, 1500},
    {"IS", 194, 1, 600},
    {"IT", 195, 1, 900},
    {"JE", 196, 1, 300},
    {"JM", 197, 1, 300},
    {"JO", 198, 1, 600},
    {"JP", 199, 1, 2500},
    {"KE", 200, 1, 900},
    {"KG", 201, 1, 600},
    {"KH", 202, 1, 600},
    {"KI", 203, 3, 600},
    {"KM", 206, 1, 300},
    {"KN", 207, 1, 300},
    {"KP", 208, 1, 900},
    {"KR", 209, 1, 600},
    {"KW", 210, 1, 300},
    {"KY", 211, 1, 300},
    {"KZ", 212, 7, 1200},
    {"LA", 219, 1, 900},
    {"LB", 220, 1, 300},
    {"LC", 221, 1, 300},
    {"LI", 222, 1, 300},
    {"LK", 223, 1, 600},
    {"LR", 224, 1, 600},
    {"LS", 225, 1, 300},
    {"LT", 226, 1, 600},
    {"LU", 227, 1, 300},
    {"LV", 228, 1, 600},
    {"LY", 229, 1, 1500},
    {"MA", 230, 1, 1500},
    {"MC", 231, 1, 300},
    {"MD", 232, 1, 300},
    {"ME", 233, 1, 300},
    {"MF", 234, 1, 300},
    {"MG", 235, 1, 900},
    {"MH", 236, 2, 900},
    {"MK", 238, 1, 300},
    {"ML", 239, 1, 1500},
    {"MM", 240, 1, 1500},
    {"MN", 241, 2, 900},
    {"MO", 243, 1, 300},
    {"MP", 244, 1, 600},
    {"MQ", 245, 1, 300},
    {"MR", 246, 1, 1200},
    {"MS", 247, 1, 300},
    {"MT", 248, 1, 300},
    {"MU", 249, 1, 1200},
    {"MV", 250, 1, 600},
    {"MW", 251, 1, 900},
    {"MX", 252, 12, 1200},
    {"MY", 264, 2, 1200},
    {"MZ", 266, 1, 2000},
    {"NA", 267, 1, 1200},
    {"NC", 268, 1, 600},
    {"NE", 269, 1, 2000},
    {"NF", 270, 1, 300},
    {"NG", 271, 1, 1500},
    {"NI", 272, 1, 600},
    {"NL", 273, 1, 600},
    {"NO", 274, 1, 1500},
    {"NP", 275, 1, 600},
    {"NR", 276, 1, 300},
    {"NU", 277, 1, 300},
    {"NZ", 278, 2, 1500},
    {"OM", 280, 1, 1200},
    {"PA", 281, 1, 600},
    {"PE", 282, 1, 1500},
    {"PF", 283, 3, 1500},
    {"PG", 286, 2, 1200},
    {"PH", 288, 1, 1200},
    {"PK", 289, 1, 2000},
    {"PL", 290, 1, 600},
    {"PM", 291, 1, 300},
    {"PN", 292, 1, 300},
    {"PR", 293, 1, 300},
    {"PS", 294, 2, 300},
    {"PT", 296, 3, 600},
    {"PW", 299, 1, 900},
    {"PY", 300, 1, 900},
    {"QA", 301, 1, 300},
    {"RE", 302, 1, 300},
    {"RO", 303, 1, 600},
    {"RS", 304, 1, 600},
    {"RU", 305, 26, 2500},
    {"RW", 331, 1, 300},
    {"SA", 332, 1, 1500},
    {"SB", 333, 1, 1200},
    {"SC", 334, 1, 1200},
    {"SD", 335, 1, 1200},
    {"SE", 336, 1, 1200},
    {"SG", 337, 1, 300},
    {"SH", 338, 1, 2500},
    {"SI", 339, 1, 300},
    {"SJ", 340, 1, 1200},
    {"SK", 341, 1, 600},
    {"SL", 342, 1, 300},
    {"SM", 343, 1, 300},
    {"SN", 344, 1, 900},
    {"SO", 345, 1, 1500},
    {"SR", 346, 1, 600},
    {"SS", 347, 1, 900},
    {"ST", 348, 1, 300},
    {"SV", 349, 1, 300},
    {"SX", 350, 1, 300},
    {"SY", 351, 1, 900},
    {"SZ", 352, 1, 300},
    {"TC", 353, 1, 300},
    {"TD", 354, 1, 1200},
    {"TF", 355, 1, 3000},
    {"TG", 356, 1, 600},
    {"TH", 357, 1, 1200},
    {"TJ", 358, 1, 600},
    {"TK", 359, 1, 300},
    {"TL", 360, 1, 300},
    {"TM", 361, 1, 900},
    {"TN", 362, 1, 900},
    {"TO", 363, 1, 900},
    {"TR", 364, 1, 1500},
    {"TT", 365, 1, 300},
    {"TV", 366, 1, 600},
    {"TW", 367, 1, 900},
    {"TZ", 368, 1, 1200},
    {"UA", 369, 2, 900},
    {"UG", 371, 1, 600},
    {"UM", 372, 2, 3000},
    {"US", 374, 29, 2000},
    {"UY", 403, 1, 600},
    {"UZ", 404, 2, 900},
    {"VA", 406, 1, 300},
    {"VC", 407, 1, 300},
    {"VE", 408, 1, 1200},
    {"VG", 409, 1, 300},
    {"VI", 410, 1, 300},
    {"VN", 411, 1, 1500},
    {"VU", 412, 1, 600},
    {"WF", 413, 1, 300},
    {"WS", 414, 1, 300},
    {"YE", 415, 1, 1200},
    {"YT", 416, 1, 300},
    {"ZA", 417, 1, 1500},
    {"ZM", 418, 1, 900},
    {"ZW", 419, 1, 900},
};

constexpr SubdivisionPoint kSubdivisions[] = {
    {"AO-LUA", 7, ""},
    {"AR-A", 20, ""},
    {"AR-B", 18, ""},
    {"AR-D", 27, ""},
    {"AR-F", 24, ""},
    {"AR-J", 25, ""},
    {"AR-K", 23, ""},
    {"AR-M", 26, ""},
    {"AR-Y", 21, ""},
    {"AU-NSW", 32, ""},
    {"AU-NT", 41, ""},
    {"AU-QLD", 38, ""},
    {"AU-SA", 40, ""},
    {"AU-TAS", 35, ""},
    {"AU-VIC", 36, ""},
    {"AU-WA", 42, ""},
    {"BD-13", 49, ""},
    {"BD-C", 49, ""},
    {"BG-23", 52, ""},
    {"BO-L", 59, ""},
    {"BR-AC", 76, ""},
    {"BR-BA", 68, ""},
    {"BR-MS", 69, ""},
    {"BR-MT", 70, ""},
    {"BR-PE", 65, ""},
    {"BR-RR", 73, ""},
    {"BR-TO", 66, ""},
    {"BT-15", 78, ""},
    {"BW-GA", 80, ""},
    {"BZ-BZ", 82, ""},
    {"CA-AB", 97, ""},
    {"CA-BC", 105, ""},
    {"CA-MB", 92, ""},
    {"CA-NB", 87, ""},
    {"CA-NL", 84, ""},
    {"CA-NS", 85, ""},
    {"CA-NU", 90, ""},
    {"CA-ON", 83, ""},
    {"CA-SK", 95, ""},
    {"CA-YT", 103, ""},
    {"CD-KN", 107, ""},
    {"CF-BGF", 109, ""},
    {"CG-BZV", 110, ""},
    {"CI-AB", 112, ""},
    {"CN-HK", 177, "HK"},
    {"CN-MO", 243, "MO"},
    {"CN-TW", 367, "TW"},
    {"DE-BE", 130, ""},
    {"DJ-DJ", 132, ""},
    {"DO-32", 135, ""},
    {"EE-784", 139, ""},
    {"ES-CE", 144, ""},
    {"ES-M", 143, ""},
    {"ET-AA", 146, ""},
    {"FI-01", 45, "AX"},
    {"FM-KSA", 152, ""},
    {"FM-PNI", 150, ""},
    {"FM-TRK", 151, ""},
    {"FR-75", 154, ""},
    {"FR-971", 169, "GP"},
    {"FR-972", 245, "MQ"},
    {"FR-973", 159, "GF"},
    {"FR-974", 302, "RE"},
    {"FR-976", 416, "YT"},
    {"FR-BL", 56, "BL"},
    {"FR-GF", 159, "GF"},
    {"FR-GP", 169, "GP"},
    {"FR-MF", 234, "MF"},
    {"FR-MQ", 245, "MQ"},
    {"FR-NC", 268, "NC"},
    {"FR-PF", 283, "PF"},
    {"FR-PM", 291, "PM"},
    {"FR-RE", 302, "RE"},
    {"FR-TF", 355, "TF"},
    {"FR-WF", 413, "WF"},
    {"FR-YT", 416, "YT"},
    {"GE-TB", 158, ""},
    {"GM-B", 167, ""},
    {"GN-C", 168, ""},
    {"GT-GU", 173, ""},
    {"GW-BS", 175, ""},
    {"HU-BU", 182, ""},
    {"IE-D", 187, ""},
    {"JP-13", 199, ""},
    {"KH-12", 202, ""},
    {"KI-G", 203, ""},
    {"KI-L", 205, ""},
    {"KI-P", 204, ""},
    {"KZ-ALA", 212, ""},
    {"LI-11", 222, ""},
    {"LK-11", 223, ""},
    {"LS-A", 225, ""},
    {"LT-58", 226, ""},
    {"LU-LU", 227, ""},
    {"MA-CAS", 230, ""},
    {"ME-16", 233, ""},
    {"MG-T", 235, ""},
    {"MH-KWA", 237, ""},
    {"MH-MAJ", 236, ""},
    {"ML-BKO", 239, ""},
    {"MM-06", 240, ""},
    {"MN-043", 242, ""},
    {"MN-1", 241, ""},
    {"MW-BL", 251, ""},
    {"MX-BCN", 263, ""},
    {"MX-CHH", 257, ""},
    {"MX-ROO", 253, ""},
    {"MX-SON", 262, ""},
    {"MZ-L", 266, ""},
    {"MZ-MPM", 266, ""},
    {"NE-8", 269, ""},
    {"NG-LA", 271, ""},
    {"NI-MN", 272, ""},
    {"NL-AW", 44, "AW"},
    {"NL-BQ1", 60, "BQ"},
    {"NL-BQ2", 60, "BQ"},
    {"NL-BQ3", 60, "BQ"},
    {"NL-CW", 125, "CW"},
    {"NL-SX", 350, "SX"},
    {"NO-03", 274, ""},
    {"NO-21", 340, "SJ"},
    {"NO-22", 340, "SJ"},
    {"NZ-AUK", 278, ""},
    {"PE-LIM", 282, ""},
    {"PG-NSB", 287, ""},
    {"PS-GZA", 294, ""},
    {"PS-HBN", 295, ""},
    {"SB-GU", 333, ""},
    {"SD-KH", 335, ""},
    {"SI-061", 339, ""},
    {"SN-DK", 344, ""},
    {"SR-PM", 346, ""},
    {"TJ-DU", 358, ""},
    {"TN-11", 362, ""},
    {"TO-04", 363, ""},
    {"TT-POS", 365, ""},
    {"TV-FUN", 366, ""},
    {"TW-TPE", 367, ""},
    {"TZ-02", 368, ""},
    {"UA-30", 369, ""},
    {"UG-102", 371, ""},
    {"UM-71", 372, ""},
    {"UM-79", 373, ""},
    {"US-AK", 395, ""},
    {"US-AS", 30, "AS"},
    {"US-AZ", 393, ""},
    {"US-CA", 394, ""},
    {"US-CO", 391, ""},
    {"US-GU", 174, "GU"},
    {"US-HI", 402, ""},
    {"US-ID", 392, ""},
    {"US-IL", 384, ""},
    {"US-IN", 378, ""},
    {"US-KY", 376, ""},
    {"US-MI", 375, ""},
    {"US-MP", 244, "MP"},
    {"US-ND", 388, ""},
    {"US-NY", 374, ""},
    {"US-PR", 293, "PR"},
    {"US-UM", 372, "UM"},
    {"US-VI", 410, "VI"},
    {"UY-MO", 403, ""},
    {"ZM-09", 418, ""},
    {"ZW-HA", 419, ""},
};

}  // namespace

std::span<const Coordinates> zone_points() { return kPoints; }
std::span<const CountryPoints> country_points() { return kCountries; }
std::span<const SubdivisionPoint> subdivision_points() { return kSubdivisions; }

}  // namespace mycostr::placement
