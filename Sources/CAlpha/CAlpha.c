#include "CAlpha.h"
